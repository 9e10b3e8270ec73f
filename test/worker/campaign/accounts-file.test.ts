import { describe, expect, test } from 'vitest';
import type { ProviderDefinition } from '../../../providers/provider';
import { accountsFileJsonSchema, parseAccountsFile } from '../../../worker/campaign/accounts-file';
import { InputError } from '../../../worker/campaign/input-error';

const chatwoot = {
  id: 'chatwoot',
  displayName: 'Chatwoot',
  credentials: [
    {
      name: 'url',
      label: 'URL',
      required: true,
      default: 'https://app.chatwoot.com',
      help: 'the base address',
    },
    {
      name: 'accountId',
      label: 'Account ID',
      required: true,
      help: 'the number in the address of a page',
    },
    { name: 'token', label: 'Token', secret: true, required: true, help: 'of an agent' },
    { name: 'note', label: 'Note', help: 'anything' },
  ],
} as unknown as ProviderDefinition;

const options = {
  providers: [chatwoot],
  env: { CHATWOOT_TOKEN: 'sesame-secret: [yaml', EMPTY: '' },
  where: 'accounts.yaml',
};

function problems(yaml: string): readonly string[] {
  try {
    parseAccountsFile(yaml, options);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect(JSON.stringify((error as InputError).problems)).not.toContain('sesame');
    return (error as InputError).problems;
  }
  throw new Error('accepted');
}

test('reads fields, defaults, variables, limits and durations', () => {
  const yaml = `
main:
  platform: chatwoot
  accountId: 1
  token: \${CHATWOOT_TOKEN}
  limits: { message: 8/s, contact: 300/m, lookup: none, conversation: 2 }
  settleDelay: 90s
  onAbsent: park
  contactBook: 24h
`;
  expect(parseAccountsFile(yaml, options).get('main')).toEqual({
    name: 'main',
    platform: 'chatwoot',
    credentials: { url: 'https://app.chatwoot.com', accountId: '1', token: 'sesame-secret: [yaml' },
    limits: { message: 8, contact: 5, lookup: null, conversation: 2 },
    settleDelayMs: 90_000,
    onAbsent: 'park',
    contactBookMs: 86_400_000,
    webhookSecret: null,
  });
});

describe('names account, field and line, never a value', () => {
  const account = (lines: string): string =>
    `main:\n  platform: chatwoot\n  accountId: 1\n  token: sesame-open\n${lines}`;

  test.each([
    [
      account('').replace('sesame-open', '${MISSING}'),
      'main.token (line 4) needs the environment variable MISSING, which is not set.',
    ],
    [
      account('').replace('sesame-open', '${EMPTY}'),
      'main.token (line 4) needs the environment variable EMPTY, which is not set.',
    ],
    [
      account('').replace('  token: sesame-open\n', ''),
      'main.token is missing (line 1). It must be a text: of an agent.',
    ],
    [
      account('  tokne: sesame\n'),
      'main.tokne is not a key of an account of Chatwoot (line 5). Did you mean main.token?',
    ],
    [
      account('  limits: { mesage: 8/s }\n'),
      'main.limits.mesage is not a key of an account of Chatwoot (line 5). Did you mean main.limits.message?',
    ],
    [
      account('  limits: { message: fast }\n'),
      'main.limits.message (line 5) must be a rate like 8/s, 300/m or none.',
    ],
    [
      account('  limits: { message: 0/s }\n'),
      'main.limits.message (line 5) must be a rate like 8/s, 300/m or none.',
    ],
    [
      account('  contactBook: 1 day\n'),
      'main.contactBook (line 5) must be a duration like 90s, 30m or 24h.',
    ],
    [
      account('').replace('chatwoot', 'chatwood'),
      'main.platform (line 2) must be one of chatwoot. Did you mean chatwoot?',
    ],
    ['main:\n', 'main.platform (line 1) must be one of chatwoot.'],
  ])('%#', (yaml, sentence) => {
    expect(problems(yaml)).toEqual([sentence]);
  });

  test('an empty file', () => {
    expect(problems('')).toEqual(['accounts.yaml holds no account.']);
  });
});

test('has a JSON Schema with the fields of each platform', () => {
  expect(JSON.stringify(accountsFileJsonSchema([chatwoot]))).toContain('the number in the address');
});

describe('what webhooks are checked by', () => {
  const told = { ...chatwoot, webhook: { parse: () => [] } };
  const yaml = (line: string) =>
    `main:\n  platform: chatwoot\n  accountId: 1\n  token: sesame-open\n  webhookSecret: ${line}\n`;
  const read = (line: string, providers = [told], env = {}) =>
    parseAccountsFile(yaml(line), { ...options, providers, env }).get('main')?.webhookSecret;

  test('is taken from a variable or as it stands, and is no credential of the platform', () => {
    expect(read('${SECRET}', [told], { SECRET: 'sesame-0123456789' })).toBe('sesame-0123456789');
    expect(read('1234567890123456')).toBe('1234567890123456');
  });

  test.each([
    ['sesame', [told], 'main.webhookSecret (line 5) must have at least 16 characters.'],
    [
      '${MISSING}',
      [told],
      'main.webhookSecret (line 5) needs the environment variable MISSING, which is not set.',
    ],
    // Nothing would ever ask for it.
    [
      'sesame-0123456789',
      [chatwoot],
      'main.webhookSecret is not a key of an account of Chatwoot (line 5).',
    ],
  ])('%s is refused, and not repeated', (line, providers, sentence) => {
    expect(() => read(line, providers as never)).toThrow(InputError);
    try {
      read(line, providers as never);
    } catch (error) {
      expect((error as InputError).problems).toEqual([sentence]);
    }
  });

  test('is in the JSON Schema of the platforms that have webhooks', () => {
    expect(JSON.stringify(accountsFileJsonSchema([told]))).toContain('webhookSecret');
    expect(JSON.stringify(accountsFileJsonSchema([chatwoot]))).not.toContain('webhookSecret');
  });
});
