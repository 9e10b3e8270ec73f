import { ProviderError } from '../../core/errors';
import { httpsAddress } from '../https-address';

export const PROVIDER = 'bird';

/** When a contact's subscription attribute keeps a message back. */
const CONSENT = ['respect', 'require', 'ignore'] as const;
const CONVERSATIONS = ['none', 'inbox'] as const;
/** Documented as a UUID; whatever else may stand in a path is the platform's to refuse. */
const ID = /^[\w-]{1,100}$/;

/**
 * Query names of the filters of a message list: `ours=theirs`. Only some are in public documents or code (the page of this
 * platform says which), so all of them can be changed; an empty name leaves the filter out.
 */
export const DEFAULT_FILTERS =
  'start=startAt,end=endAt,direction=direction,status=status,phone=phonenumber,email=emailaddress,' +
  'sender=sender,platform=platformId,tag=tag,subject=subject,batch=batchId,channel=channelId';

export type FilterName =
  | 'start'
  | 'end'
  | 'direction'
  | 'status'
  | 'phone'
  | 'email'
  | 'sender'
  | 'platform'
  | 'tag'
  | 'subject'
  | 'batch'
  | 'channel';

/** The account's fields, checked. */
export interface Settings {
  readonly workspaceId: string;
  readonly inSharedInbox: boolean;
  readonly accessKeyId: string;
  readonly consent: (typeof CONSENT)[number];
  readonly nameField: string;
  readonly tag: string;
  readonly mailSubject: string;
  readonly filters: Readonly<Record<FilterName, string>>;
  readonly presignPath: string;
  readonly sharedPresignPath: string;
  readonly uploadHost: string;
  readonly mediaUrl: string;
}

export type Fields = Readonly<Record<string, string>>;

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function settingsOf(fields: Fields): Settings {
  const inSharedInbox = oneOf(fields, 'conversations', CONVERSATIONS) === 'inbox';
  const accessKeyId = fieldOf(fields, 'accessKeyId', '');
  if (inSharedInbox && accessKeyId === '') {
    throw invalidInput(
      'accessKeyId is missing: it is who writes in a conversation (the id of the key, not the key)',
    );
  }
  const tag = fieldOf(fields, 'tag', 'campaign-runner');
  if (!/^[\w -]{0,50}$/.test(tag)) {
    throw invalidInput('tag may have up to 50 letters, digits, spaces, - and _');
  }
  return {
    workspaceId: workspaceIdOf(fields),
    inSharedInbox,
    accessKeyId,
    consent: oneOf(fields, 'consent', CONSENT),
    nameField: fieldOf(fields, 'nameField', 'displayName'),
    tag,
    mailSubject: fieldOf(fields, 'mailSubject', ''),
    filters: filtersOf(fieldOf(fields, 'filters', DEFAULT_FILTERS)),
    presignPath: pathOf(fields, 'presignPath', '/channels/:channelId/presigned-upload'),
    sharedPresignPath: pathOf(fields, 'sharedPresignPath', '/media/presigned-upload'),
    uploadHost: fieldOf(fields, 'uploadHost', ''),
    mediaUrl: addressOf(fields, 'mediaUrl', 'https://media.api.bird.com'),
  };
}

/** @throws ProviderError `invalid_input`. */
export function workspaceIdOf(fields: Fields): string {
  const id = (fields['workspaceId'] ?? '').trim();
  if (ID.test(id)) return id;
  throw invalidInput('workspaceId must be the id of a workspace, such as a1b2c3d4-…-…-…-…');
}

/** The value without its spaces; the default only where there is none: an empty one switches off. */
export function fieldOf(fields: Fields, name: string, otherwise: string): string {
  return (fields[name] ?? otherwise).trim();
}

/** An http(s) address without a trailing slash. */
export function addressOf(fields: Fields, name: string, otherwise: string): string {
  const text = fieldOf(fields, name, otherwise) || otherwise;
  return httpsAddress(PROVIDER, text, name);
}

export function invalidInput(what: string): ProviderError {
  return new ProviderError('invalid_input', `${PROVIDER}: ${what}`, { provider: PROVIDER });
}

function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const text = fieldOf(fields, name, '') || values[0];
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw invalidInput(`${name} must be one of ${values.join(', ')}`);
}

function pathOf(fields: Fields, name: string, otherwise: string): string {
  const path = fieldOf(fields, name, otherwise) || otherwise;
  if (/^(\/[\w.:~-]+)+$/.test(path)) return path;
  throw invalidInput(`${name} must be a path below the workspace, such as ${otherwise}`);
}

function filtersOf(text: string): Settings['filters'] {
  const names = pairsOf(DEFAULT_FILTERS) as Record<FilterName, string>;
  for (const [ours, theirs] of Object.entries(pairsOf(text))) {
    if (!Object.hasOwn(names, ours) || !/^[\w.[\]-]*$/.test(theirs)) {
      throw invalidInput(
        `filters must be pairs such as start=startAt; known are ${Object.keys(names).join(', ')}`,
      );
    }
    names[ours as FilterName] = theirs;
  }
  return names;
}

function pairsOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [ours = '', theirs = ''] = pair.split('=').map((part) => part.trim());
      return [ours, theirs];
    }),
  );
}
