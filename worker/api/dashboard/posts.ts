import type { Context, Hono } from 'hono';
import { ratePerSecond } from '../../campaign/campaign-file';
import {
  cancelCampaign,
  changeCampaignRate,
  decideCampaign,
  pauseCampaign,
  resumeCampaign,
  retryCampaign,
  startCampaign,
} from '../actions';
import type { ApiPorts } from '../ports';
import { ApiProblem, PROBLEMS } from '../problem';
import { problemOf } from '../problem-of';
import type { ApiEnv } from '../route';
import { pathOf } from './campaign/actions';
import { decidePage } from './decide';
import type { Done } from './done';
import { readForm } from './form';
import { theCampaign, whole } from './load';
import type { Message } from './note';
import { campaignPage } from './pages';

interface Outcome {
  readonly done: Done;
  readonly n?: number;
}

type Act = (ports: ApiPorts, name: string, form: URLSearchParams) => Promise<Outcome>;

/** A person's sentence, without what no terminal should get to see. */
const MOST_WHY = 500;

const ACTS: Readonly<Record<string, Act>> = {
  async start(ports, name) {
    await startCampaign(ports, name);
    return { done: 'started' };
  },
  async pause(ports, name, form) {
    const why = (form.get('why') ?? '')
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, MOST_WHY);
    await pauseCampaign(ports, name, why === '' ? {} : { why });
    return { done: 'paused' };
  },
  async resume(ports, name) {
    await resumeCampaign(ports, name);
    return { done: 'resumed' };
  },
  async cancel(ports, name) {
    await cancelCampaign(ports, name);
    return { done: 'cancelled' };
  },
  async rate(ports, name, form) {
    await changeCampaignRate(ports, name, { perSecond: rateIn(form) });
    return { done: 'rate' };
  },
  async retry(ports, name, form) {
    const reason = form.get('reason') ?? '';
    const { n } = await retryCampaign(ports, name, reason === '' ? {} : { reason });
    return { done: 'retried', n };
  },
};

/** @throws ApiProblem when it is no rate. */
function rateIn(form: URLSearchParams): number | null {
  const given = (form.get('perSecond') ?? '').trim();
  if (given === '') return null;
  const perSecond = Number(given);
  if (ratePerSecond.safeParse(perSecond).success) return perSecond;
  throw new ApiProblem('invalid_input', 'A rate is a number from 0.001 to 100,000, or nothing.');
}

/** What may be done to a campaign: the same as over HTTP. Then its page is shown, with what was done or why it was not. */
export function posts(app: Hono<ApiEnv>, ports: ApiPorts): void {
  app.post('/ui/campaigns/:name/decide', async (context) => decide(context, ports));

  app.post('/ui/campaigns/:name/:act', async (context) => {
    const act = ACTS[context.req.param('act')];
    if (act === undefined) throw new ApiProblem('not_found', 'There is no such page.');
    const { name } = await theCampaign(ports, context.req.param('name'));
    const form = await readForm(context);
    try {
      return done(context, name, await act(ports, name, form));
    } catch (error) {
      return campaignPage(context, ports, refused(error));
    }
  });
}

async function decide(context: Context<ApiEnv>, ports: ApiPorts): Promise<Response> {
  const { name } = await theCampaign(ports, context.req.param('name') ?? '');
  const form = await readForm(context);
  const at = whole(form.get('at'));
  try {
    return done(context, name, await rule(ports, name, form));
  } catch (error) {
    return decidePage(context, ports, at, refused(error));
  }
}

/** @throws ApiProblem when it is not said what is so, or of what. */
async function rule(ports: ApiPorts, name: string, form: URLSearchParams): Promise<Outcome> {
  const as = form.get('as');
  if (as !== 'sent' && as !== 'failed' && as !== 'resend') {
    throw new ApiProblem('invalid_input', 'Say what is so: sent, failed, or send again.');
  }
  if (as === 'resend' && form.get('risk') !== 'yes') {
    throw new ApiProblem(
      'invalid_input',
      'To send again, tick that a second message is possible: nobody can take it back.',
    );
  }
  const row = whole(form.get('row'));
  const { counts } = await ports.status.of(name);
  // Nobody rules on rows that were not there when they looked.
  if (row === null && whole(form.get('n')) !== counts.unknown) {
    throw new ApiProblem('conflict', 'Other rows are unknown by now. Look again, then decide.');
  }
  const { n } = await decideCampaign(ports, name, {
    rows: row === null ? 'all' : [row],
    as,
    confirm: as === 'resend',
  });
  return { done: as === 'resend' ? 'resent' : 'decided', n };
}

function done(context: Context<ApiEnv>, name: string, { done: code, n }: Outcome): Response {
  const query = new URLSearchParams({ done: code, ...(n === undefined ? {} : { n: String(n) }) });
  return context.redirect(`${pathOf(name)}?${query.toString()}`, 303);
}

/** What the person did wrong is said on the page; @throws what is wrong with us. */
function refused(error: unknown): Message {
  const problem = problemOf(error);
  const [status] = PROBLEMS[problem.code];
  if (status >= 500 || status === 404) throw error;
  return { kind: 'refused', text: problem.message, status };
}
