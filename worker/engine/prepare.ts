import { isProviderError } from '../../core/errors';
import type { Inbox, Template } from '../../providers/provider';
import type { Account } from '../campaign/accounts-file';
import { openAudience, readAudience } from '../campaign/audience';
import { refuseTooMany } from '../campaign/by-message';
import { type CampaignFile, readCampaignFile } from '../campaign/campaign-file';
import { type CheckResult, checkCampaign } from '../campaign/check';
import { closest } from '../campaign/closest';
import { exclusionOf, needExcluded } from '../campaign/exclude';
import { InputError } from '../campaign/input-error';
import { type List, openList } from '../campaign/list/open-list';
import { excludedAmong, type Ledger, listSuppressions, suppressedAmong } from '../ledger';
import { type AccountsPlace, theAccount } from './accounts';
import type { Connection } from './connect';
import { type ListsPlace, listHere } from './list-here';
import { needAttachments } from './need-attachments';

/** A campaign file with what it names, read and opened. */
export interface Prepared {
  readonly file: CampaignFile;
  readonly account: Account;
  readonly list: List;
}

export async function prepare(path: string, place: AccountsPlace & ListsPlace): Promise<Prepared> {
  return prepareFile(await readCampaignFile(path), place);
}

/** The same with a file that was read or put together elsewhere. */
export async function prepareFile(
  file: CampaignFile,
  place: AccountsPlace & ListsPlace,
): Promise<Prepared> {
  const account = await theAccount(place, file.account);
  await needAttachments(file.message.attachments ?? [], account);
  const list = await openList(await listHere(file.audience.file, place), file.audience);
  return { file, account, list };
}

/** @throws InputError that lists the inboxes there are when this one is not among them. */
export async function theInbox({ provider }: Connection, wanted: string): Promise<Inbox> {
  const inboxes = await provider.listInboxes().catch((error: unknown) => {
    if (!isProviderError(error) || error.code !== 'not_found') throw error;
    throw new InputError(
      `The platform knows no account of this id at this address (${error.status ?? 'not found'}). Look at url and accountId in the accounts file; campaign accounts test says which accounts the token belongs to.`,
    );
  });
  const inbox = inboxes.find(({ id }) => id === wanted);
  if (inbox === undefined) {
    const named = inboxes.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    throw new InputError([
      `There is no inbox "${wanted}" that this account may use.${named === undefined ? '' : ` Did you mean "${named.id}"?`} The inboxes are:`,
      ...inboxes.map(({ id, name, channel }) => `  "${id}"  ${name} (${channel})`),
    ]);
  }
  if (inbox.addressKinds.length === 0) {
    throw new InputError(
      `Inbox "${inbox.id}" (${inbox.name}) cannot write to people first: they have to begin. Choose another.`,
    );
  }
  return inbox;
}

/**
 * The inbox with what a probe proves, where it is not known whether a lost answer can be looked up there. Only an API
 * inbox can be tried without writing to anybody.
 */
export async function probedInbox({ provider }: Connection, inbox: Inbox): Promise<Inbox> {
  if (inbox.lookup || inbox.channel !== 'api' || provider.probe === undefined) return inbox;
  return provider.probe(inbox);
}

/** Looks whether the inbox can send this message. @throws InputError with what is there instead. */
export async function checkMessage(
  { provider, definition }: Connection,
  inbox: Inbox,
  wanted: CampaignFile['message']['template'],
): Promise<void> {
  if (wanted === undefined) {
    if (inbox.text) return;
    const { text = 'Use message.template.' } = definition.capabilities.instead ?? {};
    throw new InputError(`Inbox "${inbox.id}" takes templates only, and no text. ${text}`);
  }
  if (!inbox.template) {
    const { template = 'Use message.text.' } = definition.capabilities.instead ?? {};
    throw new InputError(`Inbox "${inbox.id}" (${inbox.channel}) takes no templates. ${template}`);
  }
  const parts = definition.capabilities.templateParts ?? [];
  const beyondBody = (['header', 'buttons'] as const).filter(
    (part) => wanted[part] !== undefined && !parts.includes(part),
  );
  if (beyondBody.length > 0) {
    throw new InputError(
      `message.template: ${definition.displayName} takes params only; remove ${beyondBody.join(' and ')}.`,
    );
  }
  if (provider.listTemplates === undefined) return;
  const templates = await provider.listTemplates(inbox.id);
  const sameName = templates.filter(({ name }) => name === wanted.name);
  const template = sameName.find(
    ({ language }) => wanted.language === undefined || language === wanted.language,
  );
  if (template === undefined) throw new InputError(noTemplate(wanted, templates, sameName));
  if (template.status !== '' && template.status !== 'approved') {
    throw new InputError(
      `Template "${template.name}" (${template.language}) is ${template.status} on the platform, so nothing of it is delivered.`,
    );
  }
  const given = Object.keys(wanted.params ?? {});
  const missing = template.params.filter((name) => !given.includes(name));
  const beyond = given.filter((name) => !template.params.includes(name));
  if (missing.length + beyond.length === 0) return;
  throw new InputError(
    `Template "${template.name}" takes ${template.params.length === 0 ? 'no params' : `the params ${template.params.join(', ')}`}.` +
      (missing.length === 0 ? '' : ` message.template.params lacks ${missing.join(', ')}.`) +
      (beyond.length === 0 ? '' : ` It has too much: ${beyond.join(', ')}.`),
  );
}

function noTemplate(
  wanted: { readonly name: string; readonly language?: string | undefined },
  templates: readonly Template[],
  sameName: readonly Template[],
): string {
  if (sameName.length > 0) {
    return `Template "${wanted.name}" is not there in "${wanted.language}", but in: ${sameName.map(({ language }) => language).join(', ')}.`;
  }
  const names = [...new Set(templates.map(({ name }) => name))];
  const meant = closest(wanted.name, names);
  return (
    `There is no template "${wanted.name}" in this inbox.` +
    (meant !== undefined
      ? ` Did you mean "${meant}"?`
      : names.length === 0
        ? ' It has none at all.'
        : ` It has: ${names.slice(0, 20).join(', ')}.`)
  );
}

/** Where the platform is not asked: an SMS inbox, the strictest in what it takes. */
export function assumedInbox(id: string): Inbox {
  return {
    id,
    name: '',
    channel: 'sms',
    addressKinds: ['phone', 'email'],
    text: true,
    template: true,
    replyWindow: false,
    lookup: true,
    facts: {},
  };
}

export interface Checked extends CheckResult {
  /** Ready rows whose person is suppressed now: they are skipped at the moment of sending. */
  readonly suppressedNow: number;
  /** Ready rows whose person is excluded now, for what other campaigns have sent: they are skipped when the list is read. */
  readonly excludedNow: number;
}

/**
 * Reads the whole list and says what would become of it. `ledger` is null where there is none yet.
 *
 * @throws InputError when the campaign cannot run at all.
 */
export async function check(
  prepared: Prepared,
  inbox: Inbox,
  { definition }: Pick<Connection, 'definition'>,
  ledger: Ledger | null,
): Promise<Checked> {
  const { file, account, list } = prepared;
  await needExcluded(ledger, file);
  const nowMs = Date.now();
  const result = await checkCampaign({
    campaign: file,
    list,
    inbox,
    capabilities: definition.capabilities,
    limits: account.limits,
    nowMs,
    hideAddresses: true,
  });
  refuseTooMany(file, result.total);
  const left =
    ledger === null
      ? { suppressedNow: 0, excludedNow: 0 }
      : await countLeftOut(ledger, prepared, inbox, nowMs);
  return { ...result, ...left };
}

/** Each person counts once: who is excluded is skipped before anybody asks whether they are suppressed. */
async function countLeftOut(
  ledger: Ledger,
  { file, account, list }: Prepared,
  inbox: Inbox,
  nowMs: number,
): Promise<Pick<Checked, 'suppressedNow' | 'excludedNow'>> {
  const exclusion = exclusionOf(file);
  const anySuppressed = (await listSuppressions(ledger, '', 1)).length > 0;
  if (!anySuppressed && exclusion === null) return { suppressedNow: 0, excludedNow: 0 };
  const campaign = { name: file.name, account: account.name };
  const audience = openAudience({ headers: list.headers, campaign: file, inbox, nowMs });
  const suppressed = new Set<string>();
  const excluded = new Set<string>();
  for await (const verdicts of readAudience(list, audience)) {
    const addresses = verdicts.flatMap(({ address, skip }) =>
      address === null || skip !== null ? [] : [address.value],
    );
    if (exclusion !== null) {
      const out = await excludedAmong(ledger.db, campaign, exclusion, addresses, nowMs);
      for (const address of out.keys()) excluded.add(address);
    }
    if (!anySuppressed) continue;
    for (const address of await suppressedAmong(ledger, account.name, addresses)) {
      if (!excluded.has(address)) suppressed.add(address);
    }
  }
  return { suppressedNow: suppressed.size, excludedNow: excluded.size };
}
