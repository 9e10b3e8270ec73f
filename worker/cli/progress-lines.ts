import { whyOf } from '../campaign/impersonal';
import type { Progress } from '../campaign/progress';
import { describeReason } from '../campaign/reasons';
import { clockTime, count, many } from './screen';

const BAR_WIDTH = 24;

/** The state in one word or sentence: the first thing that an operator looks at. */
export function stateLine({ campaign, waiting }: Progress): string {
  const { name, state, paused_by: by } = campaign;
  const why = whyOf(campaign);
  if (state === 'paused') {
    const who = { self: 'by itself', interrupt: 'by an interrupt', operator: 'by a person' };
    return `${name}: paused ${by === null ? '' : who[by]}${why === null ? '' : `: ${why}`}. Go on with: campaign resume ${name}`;
  }
  return `${name}: ${state}${waiting === null ? '' : `, ${waiting}`}`;
}

/** "12.4/s", with "a minute" where that reads better. */
export function rateText(perSecond: number | null): string {
  if (perSecond === null) return '';
  if (perSecond >= 10) return `${count(Math.round(perSecond))}/s`;
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  return `${(perSecond * 60).toFixed(perSecond * 60 >= 10 ? 0 : 1)} a minute`;
}

/** "██████░░░░ 1,234/5,000 24 %  8.0/s  until 12:11". */
export function barLine(progress: Progress): string {
  const { done, left, perSecond, finishAt } = progress;
  const total = done + left;
  const share = total === 0 ? 0 : done / total;
  const full = Math.floor(share * BAR_WIDTH);
  const parts = [
    `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${count(done)}/${count(total)}  ${Math.floor(share * 100)} %`,
    rateText(perSecond),
    finishAt === null ? '' : `done about ${clockTime(finishAt, progress.at)}`,
  ];
  return parts.filter((part) => part !== '').join('   ');
}

export function countsLine({ campaign, tally: { counts } }: Progress): string {
  const parts = [
    `sent ${count(counts.sent)}`,
    `failed ${count(counts.failed)}`,
    `unknown ${count(counts.unknown)}`,
    `skipped ${count(counts.skipped)}`,
  ];
  // While it runs, these are simply the requests under way.
  if (counts.sending > 0 && campaign.state !== 'running') {
    parts.push(`settling ${count(counts.sending)}`);
  }
  if (counts.double > 0) parts.push(`DOUBLE ${count(counts.double)}`);
  return parts.join('   ');
}

/** What is known of messages beyond their acceptance; null as long as that is nothing. */
export function deliveryLine({ tally: { delivery } }: Progress): string | null {
  const parts = (['delivered', 'read', 'replied', 'delivery_failed'] as const)
    .filter((state) => delivery[state] > 0)
    .map(
      (state) =>
        `${state === 'delivery_failed' ? 'not delivered' : state} ${count(delivery[state])}`,
    );
  return parts.length === 0 ? null : parts.join('   ');
}

/** The most frequent reasons, failures first: one line each. */
export function reasonLines({ tally: { reasons } }: Progress, most = 5): string[] {
  const order = ['failed', 'unknown', 'skipped'];
  return reasons
    .filter(({ state, n }) => order.includes(state) && n > 0)
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.n - a.n)
    .slice(0, most)
    .map(
      ({ state, reason, n }) => `${state} ${many(n, 'row')}: ${describeReason(reason)} (${reason})`,
    );
}

/** Everything in one line, for a log. */
export function plainLine(progress: Progress): string {
  const { done, left, perSecond, finishAt, waiting, campaign } = progress;
  const total = done + left;
  return [
    clockTime(progress.at, progress.at),
    campaign.name,
    campaign.state,
    `${count(done)}/${count(total)}`,
    rateText(perSecond),
    finishAt === null ? '' : `done about ${clockTime(finishAt, progress.at)}`,
    countsLine(progress),
    waiting === null ? '' : `(${waiting})`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** The end of a run: what became of every row, and where to look next. */
export function resultLines(progress: Progress): string[] {
  const { campaign, tally } = progress;
  const { counts } = tally;
  const lines = ['', stateLine(progress), ''];
  const states = ['sent', 'failed', 'unknown', 'skipped'] as const;
  const width = count(counts.total).length;
  for (const state of states) {
    lines.push(`  ${state.padEnd(8)} ${count(counts[state]).padStart(width)}`);
    if (state === 'sent') continue;
    for (const { reason, n } of tally.reasons.filter((each) => each.state === state)) {
      lines.push(`  ${' '.repeat(8)} ${count(n).padStart(width + 2)}  ${describeReason(reason)}`);
    }
  }
  if (counts.sending > 0) {
    lines.push(`  ${'settling'.padEnd(8)} ${count(counts.sending).padStart(width)}`);
  }
  const waiting = progress.left - counts.sending;
  if (waiting > 0) lines.push(`  ${'waiting'.padEnd(8)} ${count(waiting).padStart(width)}`);
  lines.push(`  ${'total'.padEnd(8)} ${count(counts.total).padStart(width)}`);
  if (counts.double > 0) {
    lines.push(
      '',
      `${many(counts.double, 'message')} went out twice. This must not happen: report it.`,
    );
  }
  if (counts.sending > 0 && campaign.state === 'paused') {
    lines.push(
      '',
      'Settling: the answer was lost, and the platform is asked what became of it when it goes on.',
    );
  }
  return [...lines, ...nextLines(campaign.name, counts)];
}

function nextLines(name: string, counts: Progress['tally']['counts']): string[] {
  const lines: string[] = [''];
  if (counts.unknown > 0) {
    lines.push(`Decide on the unknown ones:  campaign decide ${name}`);
  }
  if (counts.failed > 0) {
    lines.push(`Try the failed ones again:   campaign retry ${name} --failed`);
  }
  lines.push(`Every row with its reason:   campaign results ${name} -o ${name}-results.csv`);
  return lines;
}
