import type { ProviderId } from '../../core/words';
import * as bird from './bird/options';
import * as pivotcx from './pivotcx/options';
import * as pressnxpress from './pressnxpress/options';

/** What an account of the sandbox is like, and where to send from: what a rehearsal begins with. */
export interface Rehearsal {
  /** What the platform's addresses begin with in the sandbox; empty for the one at the root. */
  readonly mount: string;
  /** As an accounts file has them, without the address. None of them opens anything elsewhere. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly inbox: string;
}

export const REHEARSALS: Readonly<Record<ProviderId, Rehearsal>> = {
  chatwoot: { mount: '', credentials: { accountId: '1', token: 'sandbox-token' }, inbox: '3' },
  bevatel: {
    mount: '/bevatel',
    credentials: { accountId: '1', token: 'sandbox-token' },
    inbox: '3',
  },
  bird: {
    mount: '/bird',
    credentials: { workspaceId: bird.WORKSPACE, accessKey: bird.KEYS[0]?.key ?? '' },
    inbox: bird.SMS,
  },
  pivotcx: {
    mount: pivotcx.MOUNT,
    credentials: {
      userId: pivotcx.DEFAULT_USER,
      teamId: pivotcx.DEFAULT_TEAM,
      username: pivotcx.DEFAULT_USERNAME,
      password: pivotcx.DEFAULT_PASSWORD,
    },
    inbox: pivotcx.DEFAULT_TEAM,
  },
  pressnxpress: {
    mount: pressnxpress.MOUNT,
    credentials: {
      channel: 'sms',
      touchpointToken: pressnxpress.DEFAULT_TOUCHPOINTS[0]?.token ?? '',
      apiKey: pressnxpress.DEFAULT_KEY,
    },
    inbox: 'sms',
  },
};
