import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { isCountry } from '../../core/phone';
import { DURATION, parseDuration } from './duration';
import { isZone } from './hours';
import { InputError } from './input-error';
import { problemSentences, readYaml } from './yaml-file';

export const text = z.string({ error: 'must be a text' }).trim().min(1, 'must not be empty');
/** YAML reads 3 as a number and true as a boolean; both are meant as they are written. */
const scalar = z
  .preprocess(
    (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
    text,
  )
  .meta({ type: ['string', 'number', 'boolean'] });
export const object = { error: 'must be a list of keys' };
const hour = z
  .string({ error: 'must be a time like "20:00", in quotes' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like "20:00"');

const params = z
  .union([z.record(z.string(), scalar), z.array(scalar)], {
    error: 'must be a list of texts, or of names with texts',
  })
  .transform((value) =>
    Array.isArray(value) ? Object.fromEntries(value.map((v, i) => [String(i + 1), v])) : value,
  );

const template = z.strictObject(
  {
    name: scalar.describe('The template as the platform calls it'),
    language: text.optional().describe('Like en or pt_BR'),
    category: text.optional(),
    params: params.optional().describe('Body parameters by name, or a list for {{1}}, {{2}} …'),
    header: z
      .strictObject(
        {
          mediaUrl: text,
          mediaType: z.enum(['image', 'video', 'document'], {
            error: 'must be image, video or document',
          }),
          mediaName: text.optional(),
        },
        object,
      )
      .optional(),
    buttons: z
      .array(
        z.strictObject(
          {
            type: z.enum(['url', 'copy_code'], { error: 'must be url or copy_code' }),
            parameter: scalar,
          },
          object,
        ),
        { error: 'must be a list' },
      )
      .optional(),
    text: text
      .optional()
      .describe('What agents see beside the template, where the platform shows it'),
  },
  object,
);

const message = z
  .strictObject(
    {
      text: z
        .string({ error: 'must be a text' })
        .refine((value) => value.trim() !== '', 'must not be empty')
        .optional()
        .describe('Liquid, with the columns of the list as variables'),
      template: template.optional(),
      attachments: z
        .array(text, { error: 'must be a list of paths' })
        .optional()
        .describe('Paths, or https addresses where the platform fetches files itself'),
    },
    object,
  )
  .refine((value) => (value.text === undefined) !== (value.template === undefined), {
    message: 'needs either text or template, and not both',
  })
  .refine((value) => value.template === undefined || value.attachments === undefined, {
    message: 'has attachments beside a template: they go with text only; a template has its header',
  });

const duration = z
  .string({ error: 'must be a duration like 30m, 12h or 2d' })
  .regex(DURATION, 'must be a duration like 30m, 12h or 2d')
  .refine((value) => parseDuration(value) !== null, 'must be longer than zero');

const campaignName = scalar.refine(
  (value) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(value),
  'must be up to 80 letters, digits, dots, dashes or underscores, such as spring-recall',
);

const exclude = z
  .strictObject(
    {
      campaigns: z
        .array(campaignName, { error: 'must be a list of names of campaigns' })
        .min(1, 'names no campaign')
        .optional()
        .describe('List campaigns of this ledger; without it every one of the same account'),
      within: duration
        .optional()
        .describe('Only messages of this time before now; without it of any age'),
      repliedWithin: duration
        .optional()
        .describe('Also whoever answered anything in this account within this time before now'),
    },
    object,
  )
  .refine(
    ({ campaigns, within, repliedWithin }) => (campaigns ?? within ?? repliedWithin) !== undefined,
    { message: 'needs campaigns, within or repliedWithin' },
  );

/** What is said of an audience, wherever it comes from. */
export const audienceKeys = {
  country: z
    .string({ error: 'must be a country code like US' })
    .refine((value) => isCountry(value), 'must be a country code in capitals, like US or GB')
    .optional()
    .describe('For numbers without +'),
  columns: z
    .record(z.string().regex(/^[\p{L}_][\p{L}\p{N}_]*$/u, 'must be a plain name'), scalar, {
      error: 'must be a list of names with column headers',
    })
    .optional()
    .describe(
      'phone, email, name, firstName, lastName, timezone, or any variable: the header of its column',
    ),
  exclude: exclude
    .optional()
    .describe(
      'People whom other campaigns have written to, or may have, or who answered, are skipped',
    ),
  sheet: scalar.optional().describe('The sheet of an XLSX file; the first without it'),
  encoding: text.optional().describe('Detected without it'),
  delimiter: z
    .enum([',', ';', '\t', '|', 'tab'], { error: 'must be one of "," ";" "|" or tab' })
    .transform((value) => (value === 'tab' ? '\t' : value))
    .optional()
    .describe('Detected without it'),
};

const audience = z.strictObject(
  {
    file: text.describe(
      'The list: CSV or XLSX, relative to this file, or an https address that --allow-lists names',
    ),
    ...audienceKeys,
  },
  object,
);

/** Messages a second: the least is one in a quarter of an hour or so. */
export const ratePerSecond = z
  .number({ error: 'must be a number' })
  .min(0.001, 'must be at least 0.001')
  .max(100_000, 'must be at most 100000');

/** What is said of a campaign beside its audience. */
export const campaignKeys = {
  name: campaignName,
  account: scalar.describe('A name in the accounts file'),
  inbox: scalar.describe('The id of the inbox that sends'),
  consent: z
    .strictObject({ column: scalar.optional(), method: text, detail: text.optional() }, object)
    .optional()
    .describe('Why these people may be written to'),
  message,
  throttle: z.strictObject({ perSecond: ratePerSecond }, object).optional(),
  quietHours: z
    .strictObject(
      {
        from: hour,
        to: hour,
        zone: text
          .refine(
            (zone) => zone === 'recipient' || isZone(zone),
            'must be recipient or a time zone like Europe/Paris',
          )
          .describe('recipient, or a time zone'),
      },
      object,
    )
    .refine((quiet) => quiet.from !== quiet.to, 'from and to are the same: no hour would be left')
    .optional(),
  stopWhen: z
    .strictObject(
      {
        failedPercent: z
          .number({ error: 'must be a number' })
          .gt(0, 'must be above 0')
          .max(100, 'must be at most 100')
          .optional(),
        sameFailureInARow: z
          .int({ error: 'must be a whole number' })
          .positive('must be above zero')
          .optional(),
      },
      object,
    )
    .optional(),
  expiresAfter: duration.optional().describe('After its start; what is unsent then is skipped'),
  onDoubt: z
    .enum(['resend', 'park'], { error: 'must be resend or park' })
    .optional()
    .describe('When a look-up shows that a message with a lost answer is absent'),
  parallel: z
    .int({ error: 'must be a whole number' })
    .min(1, 'must be at least 1')
    .max(64, 'must be at most 64')
    .optional()
    .describe('Slices at once (1)'),
  orchestrate: z
    .enum(['slice', 'message'], { error: 'must be slice or message' })
    .optional()
    .describe('On Temporal, up to 10,000 rows: message runs a workflow for each message (slice)'),
  engine: z
    .enum(['embedded', 'temporal'], { error: 'must be embedded or temporal' })
    .optional()
    .describe('What drives it; --engine on the command line comes before it (embedded)'),
};

/** Whether it names itself among those whose people it leaves out. */
export function leavesItselfOut(it: {
  readonly name: string;
  readonly audience: {
    readonly exclude?: { readonly campaigns?: readonly string[] | undefined } | undefined;
  };
}): boolean {
  return it.audience.exclude?.campaigns?.includes(it.name) === true;
}

/** Said where it does. */
export const ITSELF = {
  path: ['audience', 'exclude', 'campaigns'],
  message: 'names this very campaign, in which nobody is written to twice as it is',
};

const campaignFile = z
  .strictObject({ ...campaignKeys, audience }, object)
  .refine((it) => !leavesItselfOut(it), ITSELF);

/** A campaign as its file describes it, checked. Times stay texts ("20:00"); durations stay as written ("12h"). */
export type CampaignFile = z.output<typeof campaignFile>;
export type MessageSpec = CampaignFile['message'];

/** JSON Schema of the campaign file, for editors and for the API's documentation. */
export function campaignFileJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(campaignFile, { io: 'input', unrepresentable: 'any' });
}

/** Checks a campaign that did not come from a file (the API). Throws `InputError` that lists every problem. */
export function campaignOf(value: unknown, where: string): CampaignFile {
  return checked({ value, at: () => '' }, where);
}

/** Reads the text of a campaign file. Throws `InputError` that lists every problem with its key and line. */
export function parseCampaignFile(yaml: string, where = 'the campaign file'): CampaignFile {
  return checked(readYaml(yaml, where), where);
}

/** Reads a campaign file from disk; its paths become absolute, relative ones being meant from the file's folder. */
export async function readCampaignFile(path: string): Promise<CampaignFile> {
  const yaml = await readTextFile(path, 'campaign file');
  const campaign = parseCampaignFile(yaml, basename(path));
  const absolute = (file: string): string =>
    isWebAddress(file) ? file : resolve(dirname(path), file);
  const { attachments } = campaign.message;
  return {
    ...campaign,
    audience: { ...campaign.audience, file: absolute(campaign.audience.file) },
    message:
      attachments === undefined
        ? campaign.message
        : { ...campaign.message, attachments: attachments.map(absolute) },
  };
}

/** Whether a list is fetched from somewhere else, and not read from a disk. */
export function isWebAddress(file: string): boolean {
  return /^https?:/i.test(file);
}

/** A small text file; a missing one, a folder or a forbidden one becomes an `InputError`. */
export async function readTextFile(path: string, kind: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new InputError(`There is no ${kind} ${path}.`, error);
    if (code === 'EISDIR') throw new InputError(`${path} is a folder, not a ${kind}.`, error);
    throw new InputError(`The ${kind} ${path} cannot be read (${code ?? 'unknown error'}).`, error);
  }
}

function checked(file: ReturnType<typeof readYaml>, where: string): CampaignFile {
  if (file.value === null || file.value === undefined) {
    throw new InputError(`${where} is empty.`);
  }
  const result = campaignFile.safeParse(file.value);
  if (result.success) return result.data;
  throw new InputError(
    problemSentences(result.error.issues, file, campaignFileJsonSchema(), 'a campaign file'),
  );
}
