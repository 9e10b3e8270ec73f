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
import { problemSentences } from './yaml-file';

const columnNames = z
  .array(text.max(200, 'must be at most 200 letters'), { error: 'must be a list of texts' })
  .min(1, 'names no column')
  .max(200, 'must be at most 200 columns')
  .refine(
    (names) => new Set(names.map((name) => plain(name) || name)).size === names.length,
    'names a column twice',
  );

const audience = z
  .strictObject(
    {
      file: text
        .refine(isWebAddress, 'cannot be a path, which would be one of the server: upload the list')
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

/** Keys that are no words are left out of what is said of them: they may be somebody's number or address. */
function unnamed(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : wordOf(String(key))));
  return issue.code === 'unrecognized_keys'
    ? { ...issue, path, keys: issue.keys.map(wordOf) }
    : { ...issue, path };
}

const wordOf = (key: string): string =>
  /^\p{L}[\p{L}\d _-]{0,40}$/u.test(key) && !/\d(?:[ _-]?\d){6}/.test(key) ? key : '…';

/** Checks a campaign that is asked for over HTTP. @throws InputError that lists every problem. */
export function campaignRequestOf(value: unknown): CampaignRequest {
  const result = campaignRequest.safeParse(value);
  if (!result.success) {
    const issues = result.error.issues.map(unnamed);
    const given = { value, at: () => '' };
    throw new InputError(
      problemSentences(issues, given, campaignRequestJsonSchema(), 'a campaign'),
    );
  }
  const { start, audience: asked, ...rest } = result.data;
  const { intake = 'upload', recipientColumns, file, ...about } = asked;
  return {
    file: { ...rest, audience: { file: file ?? NO_FILE[intake], ...about } },
    intake,
    columns: recipientColumns ?? null,
    start,
  };
}
