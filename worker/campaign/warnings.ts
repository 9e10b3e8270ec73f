import type { Inbox } from '../../providers/provider';
import type { CampaignFile } from './campaign-file';
import type { Conclusion } from './conclude';
import { parseDuration } from './duration';
import type { Found } from './findings';
import { countSegments } from './segments';

/** What a person should know before the start although nothing is wrong: full sentences. */
export function warningsOf(
  result: Omit<Conclusion, 'warnings'>,
  campaign: CampaignFile,
  inbox: Inbox,
  broken: Found['broken'],
): string[] {
  const warnings: string[] = [];
  if (campaign.consent === undefined) {
    warnings.push(
      'Nothing states why these people may be written to. Add consent: {method, detail}, or the column that holds it.',
    );
  }
  if (inbox.replyWindow && campaign.message.text !== undefined) {
    warnings.push(
      'This inbox takes free text only for a day after the person wrote. Everybody else is refused; use a template.',
    );
  }
  if (broken.count > 0) {
    warnings.push(
      `${broken.count} rows have a line break, a tab or five spaces in a template value, which WhatsApp refuses. ` +
        `${rowNumbers(broken.rows, broken.count)}`,
    );
  }
  const { text } = campaign.message;
  if (result.segments !== null && text !== undefined) {
    const odd = [...new Set(text)].filter((letter) => countSegments(letter).encoding === 'UCS-2');
    if (odd.length > 0 && odd.length <= 6) {
      warnings.push(
        `The text holds ${odd.join(' ')}, which the SMS alphabet lacks: a segment takes 70 characters instead of 160.`,
      );
    }
  }
  if (result.total > 0 && result.ready * 2 < result.total) {
    warnings.push('More than half of the list is skipped. Look at the reasons before you start.');
  }
  const never = result.places.filter((place) => place.never);
  if (never.length > 0) {
    const people = never.reduce((sum, place) => sum + place.ready, 0);
    warnings.push(
      `${people} people are in ${never.map(({ place }) => place.replace('country:', '')).join(', ')}, where no hour is ` +
        'allowed in all time zones at once. Add a column with time zones, or shorten the quiet hours.',
    );
  }
  const lifeMs = campaign.expiresAfter === undefined ? null : parseDuration(campaign.expiresAfter);
  if (lifeMs !== null && (result.finish.cold ?? 0) > result.checkedAtMs + lifeMs) {
    warnings.push(
      `The campaign may need longer than the ${campaign.expiresAfter} after which it expires; who is left then is skipped.`,
    );
  }
  return warnings;
}

/** "Rows 12, 48, 99 …", or "Row 12." when these are all. */
export function rowNumbers(rows: readonly (number | string)[], count: number): string {
  return `${count === 1 ? 'Row' : 'Rows'} ${rows.join(', ')}${count > rows.length ? ' …' : '.'}`;
}
