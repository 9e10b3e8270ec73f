import { type Edition, failed } from '../chatwoot/account';
import type { Settings } from '../chatwoot/credentials';

export const BEVATEL: Edition = {
  id: 'bevatel',
  displayName: 'Bevatel',
  url: 'https://chat.bevatel.com',
};

/** What no document settles, as an account says it. */
export interface Choices {
  /** Which of the two interfaces sends WhatsApp templates. */
  readonly templates: 'developer' | 'compatible';
  /** What the paths of the developer API begin with. */
  readonly developerPath: string;
  readonly templateBody: 'documented' | 'white-label';
  readonly developer422: 'hold' | 'refused';
  /** The version of Chatwoot that it is built on; null: nothing is believed of it. */
  readonly version: string | null;
  readonly contactSearch: 'search' | 'filter';
}

/** @throws ProviderError `invalid_input` that names the field, never its value. */
export function choicesOf(settings: Settings): Choices {
  return {
    templates: oneOf(settings, 'templates', ['developer', 'compatible']),
    developerPath: pathOf(settings),
    templateBody: oneOf(settings, 'templateBody', ['documented', 'white-label']),
    developer422: oneOf(settings, 'developer422', ['hold', 'refused']),
    version: versionOf(settings),
    contactSearch: oneOf(settings, 'contactSearch', ['search', 'filter']),
  };
}

/** The first word where there is none. */
function oneOf<const Word extends string>(
  settings: Settings,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const given = settings[name]?.trim() ?? '';
  if (given === '') return words[0];
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  throw failed(BEVATEL, 'invalid_input', `${name} must be ${words.join(' or ')}`);
}

function pathOf(settings: Settings): string {
  const path = (settings['developerPath']?.trim() || DEVELOPER_PATH).replace(/\/+$/, '');
  if (/^(\/[\w.-]+)+$/.test(path) && !path.includes('..')) return path;
  throw failed(BEVATEL, 'invalid_input', `developerPath must be a path, such as ${DEVELOPER_PATH}`);
}

function versionOf(settings: Settings): string | null {
  const version = settings['version']?.trim() || ASSUMED_VERSION;
  if (version === 'unknown') return null;
  if (/^\d+\.\d+(\.\d+)?$/.test(version)) return version;
  throw failed(BEVATEL, 'invalid_input', 'version must be a number such as 4.8, or unknown');
}

export const DEVELOPER_PATH = '/developer/api/v1';
/** Older than 4.9, as its document asks to assume: custom attributes of a message are dropped. */
export const ASSUMED_VERSION = '4.8';
