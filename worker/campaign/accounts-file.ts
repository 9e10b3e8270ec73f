import { z } from 'zod';
import { CALL_KINDS, type CallKind, PROVIDERS, type ProviderId } from '../../core/words';
import type { ProviderDefinition } from '../../providers/provider';
import { closest } from './closest';
import { DURATION, parseDuration, parseRate } from './duration';
import { InputError } from './input-error';
import { type KeyTree, problemSentences, readYaml, type YamlFile } from './yaml-file';

/** One account of the accounts file, with its variables filled in. `credentials` holds secrets: never print it. */
export interface Account {
  readonly name: string;
  readonly platform: ProviderId;
  /** By the field names of the provider's definition; defaults are filled in, absent optional fields left out. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Calls per second; null where the file says "none". What is absent has the provider's default. */
  readonly limits: Readonly<Partial<Record<CallKind, number | null>>>;
  readonly settleDelayMs: number | null;
  readonly onAbsent: 'resend' | 'park' | null;
  /** How long contact and conversation ids are trusted; null for the runner's default. */
  readonly contactBookMs: number | null;
  /** What the platform's webhooks prove themselves by; null: none are taken. */
  readonly webhookSecret: string | null;
}

export interface AccountsFileOptions {
  /** The platforms that this runner knows. */
  readonly providers: readonly ProviderDefinition[];
  /** Where ${NAME} is taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Only this one's variables have to be set; the others are then left out when theirs are not. */
  readonly only?: string;
  /** The file's name, for sentences. */
  readonly where?: string;
}

const duration = z
  .string({ error: 'must be a duration like 90s, 30m or 24h' })
  .regex(DURATION, 'must be a duration like 90s, 30m or 24h');

const rate = z
  .union([z.number().positive(), z.string()], { error: 'must be a rate like 8/s, 300/m or none' })
  .refine(
    (value) => typeof value === 'number' || value === 'none' || parseRate(value) !== null,
    'must be a rate like 8/s, 300/m or none',
  );

const object = { error: 'must be a list of keys' };

const secret = z
  .preprocess(
    (given) => (typeof given === 'number' ? String(given) : given),
    z.string({ error: 'must be a text' }).trim().min(16, 'must have at least 16 characters'),
  )
  .meta({
    type: ['string', 'number'],
    description: 'What webhooks of this account are checked by, usually ${NAME}: docs/webhooks.md',
  });

function accountSchema(provider: ProviderDefinition) {
  const fields: Record<string, z.ZodType<string | undefined>> = {};
  for (const field of provider.credentials) {
    const value = z
      .preprocess(
        (given) => (typeof given === 'number' ? String(given) : given),
        z
          .string({ error: `must be a text: ${field.help}` })
          .trim()
          .min(1, 'must not be empty'),
      )
      .meta({ type: ['string', 'number'], description: field.help });
    const needed = field.required === true && field.default === undefined;
    fields[field.name] = needed ? value : value.optional();
  }
  return z.strictObject(
    {
      platform: z.literal(provider.id),
      ...fields,
      limits: z
        .strictObject(
          Object.fromEntries(CALL_KINDS.map((kind) => [kind, rate.optional()])) as Record<
            CallKind,
            z.ZodOptional<typeof rate>
          >,
          object,
        )
        .optional(),
      settleDelay: duration.optional(),
      onAbsent: z.enum(['resend', 'park'], { error: 'must be resend or park' }).optional(),
      contactBook: duration.optional(),
      // Of a platform that tells nothing by itself it would be a mistake.
      ...(provider.webhook === undefined ? {} : { webhookSecret: secret.optional() }),
    },
    object,
  );
}

/** JSON Schema of the accounts file: any number of names, each with the fields of its platform. */
export function accountsFileJsonSchema(
  providers: readonly ProviderDefinition[],
): Record<string, unknown> {
  const accounts = providers.map((provider) =>
    z.toJSONSchema(accountSchema(provider), { io: 'input', unrepresentable: 'any' }),
  );
  for (const account of accounts) delete account.$schema;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: { oneOf: accounts },
  };
}

/**
 * Reads the accounts file. Throws `InputError` that lists every problem with account, field and line; values are never
 * part of a sentence, as any of them may be secret.
 */
export function parseAccountsFile(
  yaml: string,
  options: AccountsFileOptions,
): ReadonlyMap<string, Account> {
  const file = readYaml(yaml, options.where ?? 'the accounts file');
  if (typeof file.value !== 'object' || file.value === null || Array.isArray(file.value)) {
    throw new InputError(`${options.where ?? 'The accounts file'} holds no account.`);
  }
  const problems: string[] = [];
  const accounts = new Map<string, Account>();
  for (const [name, value] of Object.entries(file.value)) {
    const own: string[] = [];
    const account = readAccount(name, value, file, options, own);
    if (account !== null) accounts.set(name, account);
    if (options.only === undefined || options.only === name) problems.push(...own);
  }
  if (problems.length > 0) throw new InputError(problems);
  return accounts;
}

function readAccount(
  name: string,
  value: unknown,
  file: YamlFile,
  options: AccountsFileOptions,
  problems: string[],
): Account | null {
  const platform = (value as { platform?: unknown } | null)?.platform;
  const provider = options.providers.find((candidate) => candidate.id === platform);
  if (provider === undefined) {
    const meant = typeof platform === 'string' ? closest(platform, PROVIDERS) : undefined;
    problems.push(
      `${name}.platform${file.at([name, 'platform'])} must be one of ` +
        `${options.providers.map(({ id }) => id).join(', ')}.` +
        (meant === undefined ? '' : ` Did you mean ${meant}?`),
    );
    return null;
  }
  const before = problems.length;
  const filled = fillVariables(
    value as Readonly<Record<string, unknown>>,
    options.env,
    (field, variable) => {
      const place = `${name}.${field}${file.at([name, field])}`;
      problems.push(`${place} needs the environment variable ${variable}, which is not set.`);
    },
  );
  const schema = accountSchema(provider);
  const result = schema.safeParse(filled);
  if (!result.success) {
    const keys = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as KeyTree;
    const kind = `an account of ${provider.displayName}`;
    problems.push(...problemSentences(result.error.issues, file, keys, kind, [name]));
  }
  if (!result.success || problems.length > before) return null;
  const read = result.data;
  const fields = result.data as unknown as Record<string, string | undefined>;
  const credentials: Record<string, string> = {};
  for (const field of provider.credentials) {
    const text = fields[field.name] ?? field.default;
    if (text !== undefined) credentials[field.name] = text;
  }
  return {
    name,
    platform: provider.id,
    credentials,
    limits: perSecond(read.limits ?? {}),
    settleDelayMs: read.settleDelay === undefined ? null : parseDuration(read.settleDelay),
    onAbsent: read.onAbsent ?? null,
    contactBookMs: read.contactBook === undefined ? null : parseDuration(read.contactBook),
    webhookSecret: fields['webhookSecret'] ?? null,
  };
}

/** ${NAME} in the texts of an account; after parsing, so that no value of the environment can become YAML. */
function fillVariables(
  account: Readonly<Record<string, unknown>>,
  env: AccountsFileOptions['env'],
  missing: (field: string, variable: string) => void,
): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(account)) {
    filled[field] =
      typeof value !== 'string'
        ? value
        : value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
            const found = env[variable];
            if (found !== undefined && found.trim() !== '') return found;
            missing(field, variable);
            // Stands in for the missing text, so that one cause does not read as two problems.
            return '?'.repeat(16);
          });
  }
  return filled;
}

function perSecond(
  limits: Readonly<Partial<Record<CallKind, string | number | undefined>>>,
): Partial<Record<CallKind, number | null>> {
  const read: Partial<Record<CallKind, number | null>> = {};
  for (const kind of CALL_KINDS) {
    const value = limits[kind];
    if (value === undefined) continue;
    read[kind] = typeof value === 'number' ? value : value === 'none' ? null : parseRate(value);
  }
  return read;
}
