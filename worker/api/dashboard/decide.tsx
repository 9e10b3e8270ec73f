import type { Context } from 'hono';
import type { ApiPorts } from '../ports';
import type { ApiEnv } from '../route';
import { DecidePage } from './campaign/decide-page';
import { loadResults, theCampaign } from './load';
import type { Message } from './note';
import { render } from './render';

/** Rows that are shown of many. */
const SHOWN = 20;

/** The page on which a person rules on one row, by its `seq`, or on all that are unknown. */
export async function decidePage(
  context: Context<ApiEnv>,
  ports: ApiPorts,
  at: number | null,
  message: Message | null,
): Promise<Response> {
  const campaign = await theCampaign(ports, context.req.param('name') ?? '');
  const status = await ports.status.of(campaign.name);
  const all = { state: 'unknown', reason: null, after: null } as const;
  const { rows } =
    at === null
      ? await loadResults(ports, campaign, all, SHOWN)
      : await loadResults(ports, campaign, { ...all, state: null, after: at - 1 }, 1);
  const unknown = rows.filter(
    ({ state, seq }) => state === 'unknown' && (at === null || seq === at),
  );
  const { caller } = context.var;
  return render(
    context,
    <DecidePage
      status={status}
      caller={caller}
      rows={unknown}
      single={at !== null}
      message={message}
    />,
    message?.kind === 'refused' ? message.status : 200,
  );
}
