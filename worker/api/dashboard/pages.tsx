import type { Context, Hono } from 'hono';
import { latestEvents } from '../../ledger';
import { allows } from '../auth';
import type { ApiPorts } from '../ports';
import { ApiProblem } from '../problem';
import type { ApiEnv } from '../route';
import { AccountsPage, AccountsParts } from './accounts';
import { isLive } from './admit';
import { CancelPage } from './campaign/cancel-page';
import { CampaignPage, CampaignParts } from './campaign/page';
import { CampaignsPage, CampaignsParts } from './campaigns';
import { decidePage } from './decide';
import { doneBy } from './done';
import { EventsPage, EventsParts } from './events';
import { chosenBy, loadAccounts, loadCampaigns, loadResults, theCampaign, whole } from './load';
import type { Message } from './note';
import { render } from './render';

const EVENTS = 50;

/** What may be looked at. Each page answers the script with its live parts alone. */
export function pages(app: Hono<ApiEnv>, ports: ApiPorts): void {
  app.get('/', async (context) => {
    const props = await loadCampaigns(ports, (name) => context.req.query(name));
    const { caller } = context.var;
    return render(
      context,
      isLive(context) ? (
        <CampaignsParts {...props} />
      ) : (
        <CampaignsPage {...props} caller={caller} />
      ),
    );
  });

  app.get('/ui/campaigns/:name', async (context) => campaignPage(context, ports, doneBy(context)));

  app.get('/ui/campaigns/:name/cancel', async (context) => {
    const { name } = await theCampaign(ports, context.req.param('name'));
    const { caller } = context.var;
    needSend(context);
    return render(context, <CancelPage status={await ports.status.of(name)} caller={caller} />);
  });

  app.get('/ui/campaigns/:name/decide', async (context) => {
    needSend(context);
    return decidePage(context, ports, whole(context.req.query('at')), null);
  });

  app.get('/ui/accounts', async (context) => {
    const props = await loadAccounts(ports);
    const { caller } = context.var;
    return render(
      context,
      isLive(context) ? <AccountsParts {...props} /> : <AccountsPage {...props} caller={caller} />,
    );
  });

  app.get('/ui/events', async (context) => {
    const { events } = await latestEvents(ports.ledger, EVENTS);
    const { caller } = context.var;
    return render(
      context,
      isLive(context) ? (
        <EventsParts events={events} />
      ) : (
        <EventsPage events={events} caller={caller} />
      ),
    );
  });

  app.get('/ui/*', () => {
    throw new ApiProblem('not_found', 'There is no such page.');
  });
}

function needSend({ var: { caller } }: Context<ApiEnv>): void {
  if (allows(caller.scope, 'send')) return;
  throw new ApiProblem('forbidden', `Your key "${caller.name}" may look, and change nothing.`);
}

/** A campaign's page, with what was just done, or why it was not. */
export async function campaignPage(
  context: Context<ApiEnv>,
  ports: ApiPorts,
  message: Message | null,
): Promise<Response> {
  const campaign = await theCampaign(ports, context.req.param('name') ?? '');
  const { caller } = context.var;
  const status = await ports.status.of(campaign.name);
  const now = Date.now();
  const { perSecond: ownRate = null } = JSON.parse(campaign.spec) as { perSecond?: number | null };
  if (isLive(context)) {
    return render(
      context,
      <CampaignParts status={status} caller={caller} now={now} ownRate={ownRate} />,
    );
  }
  const chosen = chosenBy((name) => context.req.query(name));
  return render(
    context,
    <CampaignPage
      status={status}
      caller={caller}
      now={now}
      ownRate={ownRate}
      chosen={chosen}
      page={await loadResults(ports, campaign, chosen)}
      message={message}
    />,
    message?.kind === 'refused' ? message.status : 200,
  );
}
