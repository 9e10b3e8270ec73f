# The runner: CLI, worker, API and dashboard. Debian, not Alpine: Temporal's SDK needs glibc.
#   docker build --tag campaign-runner .
#   docker run --rm --volume campaign-runner:/campaigns --env-file .env --publish 127.0.0.1:4100:4100 campaign-runner
FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN npm ci && npm run build:worker && npm pack -w worker --pack-destination /package

FROM node:24-bookworm-slim
# The slim image has no roots to believe a TLS server by, and Temporal's SDK takes the system's.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=from=build,source=/package,target=/package \
    npm install --global --omit=dev /package/campaign-runner-*.tgz \
    && npm cache clean --force \
    && mkdir /campaigns && chown node:node /campaigns
ENV NODE_ENV=production
WORKDIR /campaigns
# Ledger, copies of lists, accounts.yaml and campaign files: all that has to survive.
VOLUME /campaigns
USER node
EXPOSE 4100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:4100/readyz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["campaign"]
# Beyond its own loopback a server has to have a key first: campaign keys create first --scope admin
CMD ["serve", "--host", "0.0.0.0"]
