import type { HttpRequest } from '../core/http';
import { asker } from './ask';
import { developerOf, sendTemplate } from './bevatel/developer';
import { findSent } from './bevatel/find-sent';
import { ASSUMED_VERSION, BEVATEL, choicesOf, DEVELOPER_PATH } from './bevatel/settings';
import { chatwoot } from './chatwoot';
import { type Account, read } from './chatwoot/account';
import { accessOf, accountIdOf, type Settings } from './chatwoot/credentials';
import { type ChatwootProvider, operationsOf } from './chatwoot/operations';
import { rulesOf } from './chatwoot/rules';
import { webhookOf } from './chatwoot/webhook';
import { httpsAddress } from './https-address';
import { defineProvider, type Identity, type Inbox } from './provider';
import { readList } from './read';

/**
 * Bevatel: built on Chatwoot, with Chatwoot's own interface beside one of its own. WhatsApp templates that are posted to
 * Chatwoot's are stored as sent and never delivered, as two independent integrations report; the other one delivers
 * them. So people, conversations, texts and look-ups go the one way, and templates the other.
 */
export const bevatel = defineProvider<ChatwootProvider>({
  id: BEVATEL.id,
  displayName: BEVATEL.displayName,
  capabilities: {
    ...chatwoot.capabilities,
    // How its own interface takes a header or a button is described nowhere.
    templateParts: [],
    // What it is built on is assumed, so that an absence is left to a person.
    onAbsent: 'park',
    // The first and third by Bevatel's document; look-ups such that every second one may be a search, of which
    // Chatwoot allows 100 a minute.
    limits: { contact: 5, conversation: 2, message: 10, lookup: 3 },
  },
  credentials: [
    {
      name: 'url',
      label: 'URL',
      default: BEVATEL.url,
      help: 'Address of the Bevatel server; a white-label installation has its own.',
    },
    {
      name: 'accountId',
      label: 'Account ID',
      required: true,
      help: 'The number after /accounts/ in the address bar of Bevatel.',
    },
    {
      name: 'token',
      label: 'Access Token',
      secret: true,
      required: true,
      help: "An administrator's token: Bevatel, Profile Settings, Access Token.",
    },
    {
      name: 'templates',
      label: 'WhatsApp Templates Through',
      default: 'developer',
      help: "developer: Bevatel's own API, which delivers them. compatible: Chatwoot's, which does not, as others report.",
    },
    {
      name: 'developerPath',
      label: 'Developer API Path',
      default: DEVELOPER_PATH,
      help: 'What the paths of the developer API begin with.',
    },
    {
      name: 'templateBody',
      label: 'Template Shape',
      default: 'documented',
      help: 'documented: template {name, language, parameters}. white-label: whatsapp_template {name, components}.',
    },
    {
      name: 'developer422',
      label: 'A 422 of the Developer API',
      default: 'hold',
      help: 'hold: it does not prove that nothing was sent, and the message is held. refused: it does.',
    },
    {
      name: 'version',
      label: 'Chatwoot Version',
      default: ASSUMED_VERSION,
      help: 'The version of Chatwoot that Bevatel goes by. unknown: only what a probe shows is believed.',
    },
    {
      name: 'contactSearch',
      label: 'Find Contacts By',
      default: 'search',
      help: "search: seen to work on Bevatel. filter: Chatwoot's exact one, without search's limit of 100 a minute.",
    },
  ],
  authorize(credentials) {
    const { baseUrl, accountId, token } = accessOf(BEVATEL, credentials);
    choicesOf(credentials);
    // Spelled as documented, with underscores, and once only: what is behind the developer API need not take the two
    // spellings for one, and what takes them for one may join the two values.
    const headers = { api_account_id: accountId, api_access_token: token };
    return { baseUrl: httpsAddress(BEVATEL.id, baseUrl), headers, query: {} };
  },
  ping: pingRequest,
  connect(http, settings) {
    const id = accountIdOf(BEVATEL, settings);
    const choices = choicesOf(settings);
    const account: Account = {
      id,
      edition: BEVATEL,
      ask: asker(http, rulesOf(BEVATEL)),
      path: (rest) => `/api/v1/accounts/${id}${rest}`,
      assumedVersion: choices.version,
      findBy: choices.contactSearch,
    };
    const developer = developerOf(http, choices);
    const compatible = operationsOf(account);
    const apart = (inbox: Inbox) => inbox.template && choices.templates === 'developer';
    // A template bears no key there, so that nothing can be settled in an inbox that sends them.
    const honest = (inbox: Inbox) => (apart(inbox) ? { ...inbox, lookup: false } : inbox);
    return {
      ...compatible,
      ping: () => identify(account, pingRequest(settings)),
      listInboxes: async () => (await compatible.listInboxes()).map(honest),
      probe: async (inbox, conversationId) => honest(await compatible.probe(inbox, conversationId)),
      sendMessage: async (send) =>
        send.content.kind === 'template' && choices.templates === 'developer'
          ? sendTemplate(developer, send)
          : compatible.sendMessage(send),
      findSent: async (key, trace) =>
        apart(trace.inbox) ? findSent(account, key, trace) : compatible.findSent(key, trace),
    };
  },
  webhook: webhookOf(BEVATEL, 'unsigned'),
});

/** The one read of Chatwoot's interface that Bevatel documents. */
function pingRequest(settings: Settings): HttpRequest {
  const id = accountIdOf(BEVATEL, settings);
  return read(`/api/v1/accounts/${id}/contacts`, { page: 1, include_contact_inboxes: 'false' });
}

/** The list says nothing of who asks. */
async function identify(account: Account, request: HttpRequest): Promise<Identity> {
  return account.ask({
    asked: 'listing contacts',
    request,
    read: (body) => {
      readList(body, 'payload');
      return { name: `account ${account.id}`, warnings: [] };
    },
  });
}
