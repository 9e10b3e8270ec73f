import { type Exclusion, type Ledger, listCampaigns } from '../ledger';
import type { CampaignFile } from './campaign-file';
import { closest } from './closest';
import { parseDuration } from './duration';
import { InputError } from './input-error';

/** Whom a campaign file excludes, or null. */
export function exclusionOf({ audience }: CampaignFile): Exclusion | null {
  if (audience.exclude === undefined) return null;
  const { campaigns, within, repliedWithin } = audience.exclude;
  const msOf = (text: string | undefined) => (text === undefined ? null : parseDuration(text));
  // Where only answers are named, messages do not matter.
  const every = within === undefined ? [] : null;
  return {
    campaigns: campaigns ?? every,
    withinMs: msOf(within),
    repliedWithinMs: msOf(repliedWithin),
  };
}

/**
 * Looks whether the campaigns that a file excludes are in the ledger; `ledger` is null where there is none yet.
 *
 * @throws InputError that names each one that is not, and the one that was probably meant.
 */
export async function needExcluded(
  ledger: Ledger | null,
  { audience }: CampaignFile,
): Promise<void> {
  const wanted = audience.exclude?.campaigns ?? [];
  if (wanted.length === 0) return;
  const all = ledger === null ? [] : await listCampaigns(ledger);
  const names = all.filter(({ kind }) => kind === 'list').map(({ name }) => name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  throw new InputError(
    missing.map((name) => {
      const meant = closest(name, names);
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      if (all.some((each) => each.name === name)) {
        return `audience.exclude.campaigns: "${name}" is a single message, and no campaign with a list. Suppress its recipient instead.`;
      }
      return `audience.exclude.campaigns: there is no campaign "${name}" in this ledger.${hint || ' See: campaign list --all'}`;
    }),
  );
}
