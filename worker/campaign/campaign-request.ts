import { z } from 'zod';
import {
  audienceKeys,
  type CampaignFile,
  campaignKeys,
  ITSELF,
  isWebAddress,
  leavesItselfOut,
  object,
  text,
} from './campaign-file';
import { plain } from './closest';
import { InputError } from './input-error';
import { problemSentences, readYaml, type YamlFile } from './yaml-file';

const columnNames = z
  .array(text.max(200, 'must be at most 200 letters'), { error: 'must be a list of texts' })
  .min(1, 'names no column')
  .max(200, 'must be at most 200 columns')
  .refine((names) => twiceIn(names) === null, {
    error: ({ input }) => `names a column twice${twiceIn(input as string[]) ?? ''}`,
  });

/** `: "phone" and "Phone"`; null: no name is there twice. */
function twiceIn(names: readonly string[]): string | null {
  const seen = new Map<string, string>();
  for (const name of names) {
    const key = plain(name) || name;
    const before = seen.get(key);
    // What is no name may be somebody's number.
    if (before !== undefined)
      return isWord(before) && isWord(name) ? `: "${before}" and "${name}"` : '';
    seen.set(key, name);
  }
  return null;
}

const isWord = (name: string) => /^[\p{L}_][\p{L}\p{N} _-]{0,39}$/u.test(name);

const audience = z
  .strictObject(
    {
      file: text
        .refine(
          isWebAddress,
          'cannot be a path, which would be one of the server: upload the list; with ?intake=upload or ?intake=chunks, POST /campaigns leaves it aside',
        )
        .optional()
        .describe(
          'An https address of a list that --allow-lists names. Without it the list comes as `intake` says',
        ),
      intake: z
        .enum(['upload', 'chunks'], { error: 'must be upload or chunks' })
        .optional()
        .describe(
          '`upload` (without it): as one list, PUT /campaigns/{name}/list. `chunks`: POST /campaigns/{name}/recipients, and then /seal',
        ),
      recipientColumns: columnNames
        .optional()
        .describe('With `chunks`: the keys that recipients may have, such as phone and firstName'),
      ...audienceKeys,
    },
    object,
  )
  .refine((it) => it.file === undefined || it.intake === undefined, {
    path: ['intake'],
    message: 'goes without file: an address says already where the list comes from',
  })
  .refine((it) => (it.intake === 'chunks') === (it.recipientColumns !== undefined), {
    path: ['recipientColumns'],
    message: 'goes with intake: chunks, and is needed there',
  })
  .refine(
    (it) => it.intake !== 'chunks' || (it.sheet ?? it.encoding ?? it.delimiter) === undefined,
    {
      message: 'takes no sheet, encoding or delimiter where it comes in chunks',
    },
  );

const campaignRequest = z
  .strictObject(
    {
      ...campaignKeys,
      audience: audience.default({}),
      start: z
        .boolean({ error: 'must be true or false' })
        .default(false)
        .describe('Whether it starts as soon as all its rows are in'),
    },
    object,
  )
  .refine((it) => !leavesItselfOut(it), ITSELF);

/** A campaign as it is asked for over HTTP, checked. Its audience comes later. */
export interface CampaignRequest {
  /** The same as from a file, but for the list. */
  readonly file: CampaignFile;
  readonly intake: 'upload' | 'chunks';
  /** What recipients in chunks may have; null for a list, which has headers of its own. */
  readonly columns: readonly string[] | null;
  readonly start: boolean;
}

/** Stands where a campaign file names its list. */
const NO_FILE = { upload: '(uploaded)', chunks: '(in chunks)' } as const;

/** Whether the list is to be fetched from where the campaign says, and not uploaded. */
export function isFetched({ audience: { file } }: CampaignFile): boolean {
  return isWebAddress(file);
}

/** JSON Schema of a campaign over HTTP, for the API's documentation. */
export function campaignRequestJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(campaignRequest, { io: 'input', unrepresentable: 'any' });
}

/** What is asked beside a campaign, and comes before what it says itself. */
export interface Beside {
  readonly name?: string | undefined;
  /** Leaves aside the file that it names: it may be on somebody's machine. */
  readonly intake?: 'upload' | 'chunks' | undefined;
  readonly recipientColumns?: readonly string[] | undefined;
  readonly start?: boolean | undefined;
}

/** No campaign has so many keys, values and signs between them. */
const MOST_PARTS = 20_000;

/** Keys that are no words are left out of what is said of them: they may be somebody's number or address. */
const shown = (key: PropertyKey): string =>
  typeof key === 'number' ||
  (/^\p{L}[\p{L}\d _-]{0,40}$/u.test(String(key)) && !/\d(?:[ _-]?\d){6}/.test(String(key)))
    ? String(key)
    : '…';

/** Checks a campaign that is asked for over HTTP. @throws InputError that lists every problem. */
export function campaignRequestOf(value: unknown, beside: Beside = {}): CampaignRequest {
  return checked({ value, at: () => '', shown }, beside);
}

/** The same from the text of a campaign file. @throws InputError that lists every problem, with its line and column. */
export function campaignRequestFrom(text: string, beside: Beside = {}): CampaignRequest {
  const where = 'The campaign file';
  const file = readYaml(text, where, { columns: true, mostParts: MOST_PARTS });
  if (file.value === null || file.value === undefined) throw new InputError(`${where} is empty.`);
  return checked({ ...file, shown }, beside);
}

function checked(asked: YamlFile, beside: Beside): CampaignRequest {
  const value = withBeside(asked.value, beside);
  const result = campaignRequest.safeParse(value);
  if (!result.success) {
    const { issues } = result.error;
    const keys = campaignRequestJsonSchema();
    throw new InputError(problemSentences(issues, { ...asked, value }, keys, 'a campaign'));
  }
  const { start, audience: of, ...rest } = result.data;
  const { intake = 'upload', recipientColumns, file, ...about } = of;
  return {
    file: { ...rest, audience: { file: file ?? NO_FILE[intake], ...about } },
    intake,
    columns: recipientColumns ?? null,
    start,
  };
}

/** What is no object stays as it is, to be refused as that. */
function withBeside(value: unknown, { intake, recipientColumns, ...beside }: Beside): unknown {
  if (!isObject(value)) return value;
  const { audience = {} } = value;
  return {
    ...value,
    ...given(beside),
    ...(isObject(audience)
      ? { audience: { ...leftOf(audience, intake), ...given({ intake, recipientColumns }) } }
      : {}),
  };
}

/** What an audience says that does not hang on where its file comes from. */
function leftOf(audience: Given, intake: Beside['intake']): Given {
  if (intake === undefined) return audience;
  const { file: _, recipientColumns, ...about } = audience;
  if (intake === 'upload') return about;
  const { sheet: __, encoding: ___, delimiter: ____, ...rest } = about;
  return { ...rest, ...given({ recipientColumns }) };
}

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const given = (all: Given): Given =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
