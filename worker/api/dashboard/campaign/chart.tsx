import type { FC } from 'hono/jsx';
import type { CampaignStatus } from '../../status';
import { When } from '../when';
import { rateWords, roundAbove, spanWords } from '../words';

const WIDTH = 600;
const HEIGHT = 160;
/** Points of the curve, and lines of the table: more are not seen. */
const MOST_POINTS = 300;
const MOST_LINES = 30;

type Sample = CampaignStatus['samples'][number];

/** The rate of the last minutes: a curve, a sentence that says the same, and the figures. */
export const Chart: FC<{ status: CampaignStatus }> = ({ status: { samples, rate, endedAt } }) => (
  <section class="card" id="part-chart" data-part="" aria-labelledby="chart">
    <div class="between">
      <h2 id="chart">Rate</h2>
      {rate.limit === null ? null : (
        <span class="key small soft">
          <svg viewBox="0 0 26 8" aria-hidden="true">
            <line x1="0" y1="4" x2="26" y2="4" />
          </svg>
          limit {rateWords(rate.limit)}
        </span>
      )}
    </div>
    {samples.length < 2 ? (
      <p class="soft">
        {endedAt === null
          ? 'There is a curve here once it has run for some seconds.'
          : 'It was not measured here: it ended too soon, or ran before this process began.'}
      </p>
    ) : (
      <Drawn samples={thinned(samples, MOST_POINTS)} limit={rate.limit} />
    )}
  </section>
);

const Drawn: FC<{ samples: readonly Sample[]; limit: number | null }> = ({ samples, limit }) => {
  const highest = Math.max(...samples.map(({ perSecond }) => perSecond));
  // A limit far above is left out: the curve would lie on the ground.
  const shown = limit !== null && limit <= Math.max(highest, 0.001) * 4 ? limit : null;
  const top = roundAbove(Math.max(highest, shown ?? 0));
  const from = Date.parse(samples[0]?.at ?? '');
  const to = Date.parse(samples.at(-1)?.at ?? '');
  const y = (perSecond: number): string => (HEIGHT - (HEIGHT * perSecond) / top).toFixed(1);
  const curve = samples
    .map(({ at, perSecond }, i) => {
      const x = (WIDTH * (Date.parse(at) - from)) / Math.max(1, to - from);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y(perSecond)}`;
    })
    .join('');
  return (
    <figure>
      <div class="chart" aria-hidden="true">
        <div class="scale">
          <span>{rateWords(top)}</span>
          <span>{rateWords(top / 2)}</span>
          <span>0</span>
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {[0, HEIGHT / 2, HEIGHT].map((at) => (
            <line class="grid" x1="0" x2={WIDTH} y1={at} y2={at} />
          ))}
          <path class="area" d={`${curve}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
          <path class="curve" d={curve} />
          {shown === null ? null : (
            <line class="limit" x1="0" x2={WIDTH} y1={y(shown)} y2={y(shown)} />
          )}
        </svg>
        <div class="span">
          <span>{spanWords(coarse(to - from))} ago</span>
          <span>now</span>
        </div>
      </div>
      <figcaption class="unseen">{inWords(samples, to - from)}</figcaption>
      <Table samples={thinned(samples, MOST_LINES)} />
    </figure>
  );
};

function inWords(samples: readonly Sample[], ms: number): string {
  const rates = samples.map(({ perSecond }) => perSecond);
  const mean = rates.reduce((sum, each) => sum + each, 0) / rates.length;
  return `Rows done per second in the last ${spanWords(coarse(ms))}: between ${rateWords(Math.min(...rates))} and ${rateWords(Math.max(...rates))}, ${rateWords(mean)} on average, ${rateWords(rates.at(-1) ?? 0)} at the end.`;
}

const Table: FC<{ samples: readonly Sample[] }> = ({ samples }) => (
  <details id="chart-figures">
    <summary id="chart-summary">The figures as a table</summary>
    <div class="scroll" tabindex={0} role="region" aria-label="Rate, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col" class="n">
              Rows a second
            </th>
          </tr>
        </thead>
        <tbody>
          {samples.toReversed().map(({ at, perSecond }) => (
            <tr>
              <td>
                <When at={at} toTheSecond />
              </td>
              <td class="n">{perSecond.toFixed(perSecond < 10 ? 1 : 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);

/** To whole minutes, where it is some. */
const coarse = (ms: number): number => (ms < 120_000 ? ms : Math.round(ms / 60_000) * 60_000);

/** At most so many, the mean of each group at its last moment. */
function thinned(samples: readonly Sample[], most: number): readonly Sample[] {
  const size = Math.ceil(samples.length / most);
  if (size === 1) return samples;
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, i) =>
    samples.slice(i * size, (i + 1) * size),
  );
  return groups.map((group) => ({
    at: group.at(-1)?.at ?? '',
    perSecond: group.reduce((sum, { perSecond }) => sum + perSecond, 0) / group.length,
  }));
}
