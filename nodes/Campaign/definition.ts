import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { parseTemplateValue } from '../shared/search';
import { needed, readChoice, readFields, readValue, readWord, refuse } from '../shared/values';
import type { NewCampaign } from './api';
import { readGroup, readTemplateParams } from './fixed-texts';

/** A campaign as its parameters describe it; where its recipients come from is said elsewhere. */
export function readDefinition(
  context: IExecuteFunctions,
  item: number,
  name: string,
  audience: NonNullable<NewCampaign['audience']>,
): NewCampaign {
  const options = readFields(context, item, 'campaignOptions');
  const perSecond = number(options['perSecond']);
  return {
    name,
    account: needChoice(context, item, 'account', 'Account'),
    inbox: needChoice(context, item, 'inbox', 'Inbox'),
    message: readMessage(context, item, options),
    audience: { ...readAudience(context, item, options), ...audience },
    ...some({
      consent: some({
        method: readWord(context, item, 'consentMethod'),
        column: word(options['consentColumn']),
        detail: word(options['consentDetail']),
      }),
      quietHours: some(readGroup(context, item, 'quietHours')),
      stopWhen: some({
        failedPercent: number(options['failedPercent']),
        sameFailureInARow: number(options['sameFailureInARow']),
      }),
      throttle: perSecond === undefined ? undefined : { perSecond },
      expiresAfter: word(options['expiresAfter']),
      onDoubt: word(options['onDoubt']),
      parallel: number(options['parallel']),
      orchestrate: word(options['orchestrate']),
      engine: word(options['engine']),
    }),
  };
}

/** The name of the campaign, which nobody else can choose. */
export function readName(context: IExecuteFunctions, item: number): string {
  const name = readWord(context, item, 'name');
  if (name !== '') return name;
  throw refuse(
    context,
    item,
    "The parameter 'Name' is empty",
    'The same name is the same campaign, so that running again sends nothing twice',
  );
}

function readMessage(context: IExecuteFunctions, item: number, options: IDataObject): IDataObject {
  if (readWord(context, item, 'messageType') !== 'template') {
    const text = readValue(context, item, 'text');
    if (text.trim() === '') throw refuse(context, item, "The 'Text' is empty");
    const attachments = words(options['attachments']);
    return { text, ...(attachments.length > 0 && { attachments }) };
  }
  const { name, language } = parseTemplateValue(needChoice(context, item, 'template', 'Template'));
  const template = {
    ...{ name, language },
    category: word(options['category']),
    params: some(readTemplateParams(context, item)),
    header: some(readGroup(context, item, 'header')),
    buttons: manyOf(context, item, 'buttons'),
    text: word(options['templateText']),
  };
  return { template: some(template) ?? {} };
}

function readAudience(
  context: IExecuteFunctions,
  item: number,
  options: IDataObject,
): IDataObject | undefined {
  const columns = (manyOf(context, item, 'columns') ?? []).map(
    ({ variable, header }) => [word(variable) ?? '', header] as const,
  );
  const { campaigns, within, repliedWithin } = readGroup(context, item, 'exclude');
  const named = words(campaigns);
  return some({
    country: word(options['country'])?.toUpperCase(),
    columns: some(Object.fromEntries(columns)),
    exclude: some({
      campaigns: named.length > 0 ? named : undefined,
      within: word(within),
      repliedWithin: word(repliedWithin),
    }),
    sheet: word(options['sheet']),
    encoding: word(options['encoding']),
    delimiter: word(options['delimiter']),
  });
}

function needChoice(context: IExecuteFunctions, item: number, name: string, label: string): string {
  return needed(context, item, { value: readChoice(context, item, name), label });
}

function manyOf(
  context: IExecuteFunctions,
  item: number,
  name: string,
): readonly IDataObject[] | undefined {
  const rows: unknown = context.getNodeParameter(`campaignOptions.${name}.values`, item, []);
  return Array.isArray(rows) && rows.length > 0 ? (rows as IDataObject[]) : undefined;
}

/** Without what is not given; undefined where that is everything. */
function some(all: Readonly<Record<string, unknown>>): IDataObject | undefined {
  const given = Object.entries(all).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? undefined : (Object.fromEntries(given) as IDataObject);
}

function word(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

function words(value: unknown): string[] {
  return (word(value) ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function number(value: unknown): number | undefined {
  const found = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(found) ? found : undefined;
}
