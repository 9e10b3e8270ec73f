import type { FC } from 'hono/jsx';
import type { CampaignStatus } from '../../status';
import { labelOf } from '../badge';
import { Bar, doneRows, openRows } from '../bar';
import { When } from '../when';
import { count, many, percentOf, rateWords, spanWords } from '../words';

/** How far it is, how fast, and until when. */
export const Progress: FC<{ status: CampaignStatus; now: number }> = ({ status, now }) => {
  const { counts } = status;
  const done = doneRows(counts);
  return (
    <section class="card hero" id="part-progress" data-part="" aria-labelledby="progress">
      <h2 class="unseen" id="progress">
        Progress
      </h2>
      <div class="stack tight">
        <p class="done">
          <strong id="done">{count(done)}</strong> of {many(counts.total, 'row')} done
          <span class="percent">{percentOf(done, counts.total)} %</span>
        </p>
        <Bar counts={counts} label="Rows done" />
        <Legend status={status} />
      </div>
      {counts.double > 0 ? (
        <p class="note bad">
          <strong>{many(counts.double, 'message')} went out twice.</strong>
          <span>This must not happen: please report it.</span>
        </p>
      ) : null}
      <Figures status={status} now={now} />
    </section>
  );
};

const Legend: FC<{ status: CampaignStatus }> = ({ status: { state, counts } }) => {
  const parts = [
    ['sent', counts.sent, 'sent'],
    ['failed', counts.failed, 'failed'],
    ['unknown', counts.unknown, 'unknown'],
    ['skipped', counts.skipped, 'skipped'],
    [
      'sending',
      counts.sending + counts.claimed,
      state === 'running' ? 'under way' : 'being settled',
    ],
    ['pending', counts.pending, 'waiting'],
  ] as const;
  return (
    <ul class="legend">
      {parts.map(([name, n, label]) =>
        n === 0 && name !== 'sent' && name !== 'failed' ? null : (
          <li id={`count-${name}`}>
            <svg class="dot" viewBox="0 0 10 10" aria-hidden="true">
              <rect class={`in-${name}`} width="10" height="10" rx="3" />
            </svg>
            <b>{count(n)}</b> {label}
          </li>
        ),
      )}
    </ul>
  );
};

const Figures: FC<{ status: CampaignStatus; now: number }> = ({ status, now }) => {
  const { state, counts, rate, finishAt, startedAt, endedAt } = status;
  const runs = state === 'running';
  const began = startedAt === null ? null : Date.parse(startedAt);
  const tookMs = began === null || endedAt === null ? 0 : Date.parse(endedAt) - began;
  return (
    <dl class="figures">
      {endedAt === null ? (
        <div>
          <dt>Rate now</dt>
          <dd id="rate-now">
            {runs && rate.now !== null ? rateWords(rate.now) : '–'}
            <small>{rate.limit === null ? 'no limit' : `limit ${rateWords(rate.limit)}`}</small>
          </dd>
        </div>
      ) : (
        <div>
          <dt>Rate on average</dt>
          <dd>
            {tookMs < 1_000 ? '–' : rateWords((1_000 * counts.sent) / tookMs)}
            <small>with its pauses</small>
          </dd>
        </div>
      )}
      <div>
        <dt>{endedAt === null ? 'Done about' : labelOf(state)}</dt>
        <dd>
          {endedAt !== null ? (
            <When at={endedAt} />
          ) : finishAt === null ? (
            '–'
          ) : (
            <When at={finishAt} />
          )}
          {runs && finishAt !== null ? (
            <small>in {spanWords(Math.max(1_000, Date.parse(finishAt) - now))}</small>
          ) : null}
        </dd>
      </div>
      <div>
        <dt>{endedAt === null ? 'Began' : 'Took'}</dt>
        <dd>
          {began === null ? '–' : endedAt === null ? <When at={began} /> : spanWords(tookMs)}
          {began !== null && endedAt === null ? <small>{spanWords(now - began)} ago</small> : null}
        </dd>
      </div>
      <div>
        <dt>To go</dt>
        <dd>{count(openRows(counts))}</dd>
      </div>
    </dl>
  );
};
