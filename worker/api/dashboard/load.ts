import {
  CALL_KINDS,
  CAMPAIGN_STATES,
  type CampaignState,
  RECIPIENT_STATES,
  type RecipientState,
} from '../../../core/words';
import { isInputError } from '../../campaign/input-error';
import {
  type Campaign,
  countCampaigns,
  needCampaign,
  pageOfCampaigns,
  resultsPage,
  sharesOf,
  stoppedUntil,
} from '../../ledger';
import type { ApiPorts } from '../ports';
import { ApiProblem } from '../problem';
import type { CampaignStatus } from '../status';
import type { ShownAccount } from './accounts';
import type { Chosen, ResultPage } from './campaign/results';

const CAMPAIGNS = 20;
const ROWS = 50;

type Query = (name: string) => string | undefined;

/** What a page of campaigns shows. */
export async function loadCampaigns({ ledger, status }: ApiPorts, query: Query) {
  const state = oneOf<CampaignState>(CAMPAIGN_STATES, query('state'));
  const before = whole(query('before'));
  const found = await pageOfCampaigns(ledger, {
    limit: CAMPAIGNS + 1,
    ...(state === null ? {} : { states: [state] }),
    ...(before === null ? {} : { before }),
  });
  const shown = found.slice(0, CAMPAIGNS);
  const campaigns: CampaignStatus[] = [];
  for (const { name } of shown) campaigns.push(await status.of(name));
  return {
    campaigns,
    totals: await countCampaigns(ledger.db),
    state,
    first: before === null,
    next: found.length > CAMPAIGNS ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** @throws ApiProblem when there is no such campaign, or it is a single message, which has no page. */
export async function theCampaign({ ledger }: ApiPorts, name: string): Promise<Campaign> {
  // A NUL in an address is no text to PostgreSQL.
  const campaign = /\p{Cc}/u.test(name) ? null : await needCampaign(ledger.db, name);
  if (campaign?.kind === 'list') return campaign;
  throw new ApiProblem('not_found', 'There is no campaign of that name.');
}

export function chosenBy(query: Query): Chosen {
  return {
    state: oneOf<RecipientState>(RECIPIENT_STATES, query('state')),
    reason: /^[a-z_]{1,60}$/.exec(query('reason') ?? '')?.[0] ?? null,
    after: whole(query('after')),
  };
}

export async function loadResults(
  { ledger }: ApiPorts,
  campaign: Campaign,
  { state, reason, after }: Chosen,
  limit = ROWS,
): Promise<ResultPage> {
  return resultsPage(ledger, campaign, {
    limit,
    ...(state === null ? {} : { states: [state] }),
    ...(reason === null ? {} : { reason }),
    ...(after === null ? {} : { after }),
  });
}

/** The accounts of this process, with what holds them up. */
export async function loadAccounts({ desk, ledger }: ApiPorts) {
  const accounts: ShownAccount[] = [];
  try {
    for (const account of await desk.accounts()) {
      const now = ledger.now();
      const { until, why } = await stoppedUntil(ledger.db, account.name);
      const shares = await sharesOf(ledger.db, account.name, now);
      accounts.push({
        account,
        stop: until > now ? { until, why } : null,
        shares: Object.fromEntries(
          CALL_KINDS.map((kind) => [kind, shares.get(`account/${account.name}/${kind}`) ?? 1]),
        ),
      });
    }
    return { accounts, trouble: null };
  } catch (error) {
    if (!isInputError(error)) throw error;
    return { accounts: [], trouble: error.message };
  }
}

function oneOf<T extends string>(words: readonly T[], wanted: string | undefined): T | null {
  return words.find((word) => word === wanted) ?? null;
}

/** A number as our own links write it. */
export function whole(text: string | null | undefined): number | null {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : null;
}
