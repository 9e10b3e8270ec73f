import { createStatus } from '../../../worker/api/status';
import type { Desk } from '../../../worker/engine/desk';
import {
  createCampaign,
  importRecipients,
  type Ledger,
  type NewRecipient,
  seal,
} from '../../../worker/ledger';
import { type Served, serveApi } from './frame-fixture';

/** The dashboard over a ledger, with an accounts file that names one. */
export async function serveDashboard(ledger: Ledger): Promise<Served> {
  const status = createStatus(ledger);
  const served = await serveApi(ledger, { status, desk: DESK });
  return {
    ...served,
    async close() {
      status.close();
      await served.close();
    },
  };
}

const DESK = {
  accounts: () =>
    Promise.resolve([
      {
        name: 'desk',
        platform: 'chatwoot',
        platformName: 'Chatwoot',
        channels: ['sms'],
        addressKinds: ['phone'],
        text: true,
        template: true,
        limits: { message: 10 },
        webhooks: true,
      },
    ]),
} as unknown as Desk;

/** A campaign with these rows, sealed. */
export async function readyCampaign(
  ledger: Ledger,
  name: string,
  rows: readonly NewRecipient[],
): Promise<void> {
  const now = ledger.now();
  const campaign = await createCampaign(
    ledger,
    { name, kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
    now,
  );
  await importRecipients(ledger, campaign, 0, rows, now);
  await seal(ledger, campaign, now);
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

/** A browser that follows nothing by itself: what it has is a cookie. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Page>;
  post(
    path: string,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Page>;
}

export function visitor(url: string, cookie = ''): Visitor {
  async function ask(path: string, init: RequestInit): Promise<Page> {
    const answer = await fetch(`${url}${path}`, { redirect: 'manual', ...init });
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  }
  return {
    get: (path, headers = {}) => ask(path, { headers: { cookie, ...headers } }),
    post: (path, form = {}, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
        body: new URLSearchParams(form),
      }),
  };
}

/** Signs in with a key. */
export async function signedIn(url: string, key: string): Promise<Visitor> {
  const { status, headers } = await visitor(url).post('/ui/sign-in', { key, next: '/' });
  if (status !== 303) throw new Error(`not signed in: ${status}`);
  return visitor(url, (headers.get('set-cookie') ?? '').split(';')[0]);
}
