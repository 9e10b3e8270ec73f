// A rehearsal of the whole thing on this machine alone: a platform that misbehaves on purpose, two messy lists, and the
// same commands that an operator types. Run it with: npm run demo
// On Temporal: npm run demo -- --engine temporal [--orchestrate message]
// On another platform: npm run demo -- --platform bird
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAmerica, writeElsewhere } from './lists.mjs';

const require = createRequire(import.meta.url);
const { startSandbox } = require('../../worker/dist/worker/sandbox/index.js');
const { REHEARSALS } = require('../../worker/dist/worker/sandbox/rehearsals.js');
const { findProvider } = require('../../worker/dist/providers/index.js');
const CAMPAIGN = require.resolve('../../worker/dist/worker/cli/main.js');
const FOLDER = '.demo';

const { values: chosen } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    orchestrate: { type: 'string', default: 'slice' },
    platform: { type: 'string', default: 'chatwoot' },
  },
});
const platform = findProvider(chosen.platform);
const rehearsal = REHEARSALS[chosen.platform];
if (platform === undefined) {
  console.error(`npm run demo -- --platform ${Object.keys(REHEARSALS).join('|')}`);
  process.exit(2);
}
// Secrets come from the environment, as they should: DEMO_TOKEN, DEMO_PASSWORD, …
const secrets = platform.credentials.filter(
  ({ name, secret }) => secret && rehearsal.credentials[name] !== undefined,
);
const variableOf = (name) => `DEMO_${name.toUpperCase()}`;
const ENVIRONMENT = Object.fromEntries(
  secrets.map(({ name }) => [variableOf(name), rehearsal.credentials[name]]),
);
const onTemporal = chosen.engine === 'temporal';
if (!onTemporal && (chosen.engine !== 'embedded' || chosen.orchestrate !== 'slice')) {
  console.error(
    'npm run demo -- --engine embedded|temporal, and with temporal --orchestrate slice|message',
  );
  process.exit(2);
}
// What the commands hear of Temporal: nothing where it is not used, whatever this machine is set up for.
const where = { TEMPORAL_ADDRESS: undefined };

const FAULTS = [
  { match: { delivers: true, probability: 0.02 }, fault: 'drop_after_commit' },
  { match: { delivers: true, probability: 0.02 }, fault: 'error_after_commit' },
  { match: { delivers: true, probability: 0.01 }, fault: 'drop_before_commit' },
  { match: { delivers: true, every: 900 }, fault: 'rate_limited', options: { retryAfter: 1 } },
  { match: { path: '/contacts/?$', probability: 0.01 }, fault: 'error_before_commit' },
];

/** An hour of quiet that nobody in the lists is in now: a rehearsal should not have to wait for the morning. */
function quietHours(now = new Date()) {
  const hourIn = (zone) =>
    Number(
      new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: zone }).format(
        now,
      ),
    );
  const busy = new Set(
    ['America/New_York', 'America/Chicago', 'Europe/London', 'Australia/Sydney'].flatMap((zone) => [
      hourIn(zone),
      (hourIn(zone) + 1) % 24,
    ]),
  );
  const free = [22, 23, 0, 1, 2, 3, 4, 5, 6, 21, 20].find((hour) => !busy.has(hour)) ?? 7;
  const clock = (hour) => `"${String(hour % 24).padStart(2, '0')}:00"`;
  return `{ from: ${clock(free)}, to: ${clock(free + 1)}, zone: recipient }`;
}

function accountsFile() {
  const fields = Object.entries(rehearsal.credentials).map(([name, value]) =>
    secrets.some((secret) => secret.name === name)
      ? `  ${name}: \${${variableOf(name)}}`
      : `  ${name}: ${JSON.stringify(value)}`,
  );
  return `rehearsal:
  platform: ${platform.id}
  url: ${sandbox.url}${rehearsal.mount}
${fields.join('\n')}
  # A real server is given a minute and more to commit late; this one is known not to.
  settleDelay: 2s
  limits: { message: 300/s, contact: 300/s, conversation: 300/s, lookup: 300/s }
${platform.capabilities.deduplicates === 'by_lookup' ? '  onAbsent: resend\n' : ''}`;
}

/** Where the wording belongs to the platform, what it needs of each person goes with the template. */
function messageOf(text) {
  if (platform.capabilities.text) return `{ text: "${text}" }`;
  return '{ template: { name: order-ready, params: { orderId: "{{ order }}" } } }';
}

function campaignFile({ name, inbox, file, country, columns, consent, text }) {
  return `name: ${name}
account: rehearsal
inbox: "${platform.id === 'chatwoot' ? inbox : rehearsal.inbox}"
audience:
  file: ${file}
  country: ${country}
  columns: { ${columns} }
consent: { column: ${consent}, method: form, detail: "order form 2026" }
message: ${messageOf(text)}
quietHours: ${quietHours()}
throttle: { perSecond: 250 }
engine: ${chosen.engine}
orchestrate: ${chosen.orchestrate}
`;
}

function campaign(...args) {
  console.log(`\n$ campaign ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CAMPAIGN, ...args], {
      cwd: FOLDER,
      stdio: 'inherit',
      env: { ...process.env, ...where, ...ENVIRONMENT },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

/** A Temporal server of the demo's own, and a worker beside the commands. Returns how both are ended. */
async function startTemporalAndWorker() {
  const { findTemporal, startTemporal } = await import('../../scripts/temporal-server.mjs');
  const env = { ...process.env, TEMPORAL_ADDRESS: undefined };
  const found = await findTemporal({ env, say: console.log });
  if (found.path === undefined) throw new Error(found.missing);
  const server = await startTemporal({ path: found.path });
  where.TEMPORAL_ADDRESS = server.address;
  console.log(`A Temporal server (${found.how}): ${server.address}`);
  console.log('\n$ campaign worker --engine temporal > worker.log &');
  const log = openSync(join(FOLDER, 'worker.log'), 'w');
  const worker = spawn(process.execPath, [CAMPAIGN, 'worker', '--engine', 'temporal'], {
    cwd: FOLDER,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...where, ...ENVIRONMENT },
  });
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  return async () => {
    worker.kill('SIGTERM');
    await ended;
    await server.close();
  };
}

/** The rows of a campaign, as the results command gives them to a script. */
function resultsOf(name) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CAMPAIGN, 'results', name, '--json'], {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('exit', () =>
      resolve(
        Buffer.concat(chunks)
          .toString()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
  });
}

let endTemporal;
const sandbox = await startSandbox({
  latencyMs: 15,
  requestLog: false,
  faults: FAULTS,
  seed: 2026,
});
try {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const lists = {
    america: writeAmerica(join(FOLDER, 'america.csv')),
    elsewhere: writeElsewhere(join(FOLDER, 'elsewhere.csv')),
  };
  writeFileSync(join(FOLDER, 'accounts.yaml'), accountsFile());
  writeFileSync(
    join(FOLDER, 'america.campaign.yaml'),
    campaignFile({
      name: 'america',
      inbox: 3,
      file: 'america.csv',
      country: 'US',
      columns: 'phone: Mobile, firstName: "First name", order: "Order no", timezone: TZ',
      consent: '"Opted in"',
      text: "Hi {{ firstName | default: 'there' }}, your order {{ order }} is ready.",
    }),
  );
  writeFileSync(
    join(FOLDER, 'elsewhere.campaign.yaml'),
    campaignFile({
      name: 'elsewhere',
      inbox: 1,
      file: 'elsewhere.csv',
      country: 'GB',
      columns: 'phone: Téléphone, firstName: Prénom, order: Commande, timezone: Fuseau',
      consent: 'Accord',
      text: "Bonjour {{ firstName | default: 'à vous' }}, la commande {{ order }} est prête.",
    }),
  );
  // People who said STOP some time ago.
  writeFileSync(
    join(FOLDER, 'stopped.txt'),
    `${[202, 305, 617].map((code) => `+1${code}5550142`).join('\n')}\n`,
  );

  console.log(
    `A platform that drops answers, fails after it accepted, and asks to wait: ${sandbox.url}`,
  );
  if (onTemporal) endTemporal = await startTemporalAndWorker();
  await campaign('suppress', 'import', 'stopped.txt', '--reason', 'STOP');
  await campaign('accounts', 'test', 'rehearsal');
  if (chosen.orchestrate === 'message') {
    console.log('\nA workflow for each message, on a development server: this takes some minutes.');
  }
  for (const name of Object.keys(lists)) {
    await campaign('check', `${name}.campaign.yaml`);
    await campaign('run', `${name}.campaign.yaml`);
  }
  await campaign('list');

  const rows = (await Promise.all(Object.keys(lists).map(resultsOf))).flat();
  const total = lists.america + lists.elsewhere;
  const accepted = sandbox.accepted();
  const final = rows.filter(({ state }) =>
    ['sent', 'failed', 'unknown', 'skipped'].includes(state),
  ).length;
  const sent = rows.filter(({ state }) => state === 'sent');
  const lost =
    total -
    rows.length +
    sent.filter(({ address }) => !accepted.has(address)).length +
    (rows.length - final);
  const double = [...accepted.values()].filter((n) => n > 1).length;
  // Where nothing can be looked up, a message with a lost answer may have been accepted: a person decides.
  const unknown = rows.filter(({ state }) => state === 'unknown').length;
  const { faults } = sandbox.summary();
  console.log(
    `\nFaults played: ${Object.entries(faults)
      .map(([fault, n]) => `${fault} ${n}`)
      .join(', ')}`,
  );
  console.log(
    `The platform accepted ${[...accepted.values()].reduce((a, b) => a + b, 0)} messages for ${accepted.size} people; the ledger says sent ${sent.length}${unknown === 0 ? '' : `, unknown ${unknown}: campaign decide`}.`,
  );
  console.log(`\nLook next at:
  cd ${FOLDER} && npx campaign results america --state skipped,unknown
  ${FOLDER}/america.campaign.yaml      what a campaign is
  docs/cli.md                   every command
  docs/guarantees.md            what is promised, and what is not`);
  const beyond = accepted.size - sent.length;
  const isWrong =
    platform.capabilities.deduplicates === 'by_lookup'
      ? beyond !== 0
      : beyond < 0 || beyond > unknown;
  console.log(`\ndemo: ${total} rows, ${final} final, lost ${lost}, double ${double}`);
  process.exitCode = final === total && lost === 0 && double === 0 && !isWrong ? 0 : 1;
} finally {
  await endTemporal?.();
  await sandbox.close();
}
