import type { Problem } from './api';

/** What the API calls by another name than the editor. */
const SHOWN: Readonly<Record<string, string>> = {
  account: 'Account',
  attachments: 'Attachments',
  buttons: 'Buttons',
  campaign: 'Campaign',
  columns: 'Columns',
  consent: 'Consent',
  'consent.column': 'Consent Field',
  'consent.detail': 'Consent Detail',
  country: 'Default Country',
  exclude: 'Exclude',
  expiresAfter: 'Expires After',
  'idempotency-key': 'Send Key',
  inbox: 'Inbox',
  limit: 'Limit',
  'message.template.header.mediaUrl': 'Header > Media URL',
  'message.template.text': 'Template Text',
  name: 'Name',
  params: 'Template Parameters',
  perSecond: 'Messages per Second',
  quietHours: 'Quiet Hours',
  'quietHours.from': 'Quiet Hours > From',
  'quietHours.to': 'Quiet Hours > To',
  'quietHours.zone': 'Quiet Hours > Zone',
  reason: 'Reason',
  sendId: 'Send ID',
  state: 'States',
  stopWhen: 'Stop When',
  'stopWhen.failedPercent': 'Stop When Failed (Percent)',
  'stopWhen.sameFailureInARow': 'Stop When Same Failure in a Row',
  template: 'Template',
  text: 'Text',
  to: 'Recipient',
  types: 'Trigger On',
  why: 'Reason',
};

/** Each place that is wrong, by what it is called in the editor; none where the detail says it already. */
export function placesOf({ detail, errors = [] }: Problem): readonly string[] {
  return errors
    .filter(({ message }) => !detail.includes(message))
    .map(({ path, message }) => `${shownName(path)}: ${message}`);
}

/** The detail, with what the editor calls the places in it. */
export function named({ detail, errors = [] }: Problem): string {
  return errors
    .reduce((text, { path }) => {
      if (path === '') return text;
      const shown = shownName(path);
      const begins = text.startsWith(`${path} `);
      return begins ? shown + text.slice(path.length) : text.replace(`${path}: `, `${shown}: `);
    }, detail)
    .replace('"to" cannot be used', 'The Recipient cannot be used')
    .replace('give country', "give a 'Default Country'");
}

/** What is in these has a name that a person gave it. */
const OWN_NAMES = new Set(['columns', 'params']);

export function shownName(path: string): string {
  const whole = SHOWN[path];
  if (whole !== undefined) return whole;
  const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
  const known = parts
    .map((part, at) => (OWN_NAMES.has(parts[at - 1] ?? '') ? part : SHOWN[part]))
    .filter((name) => name !== undefined);
  return known.length === 0 ? path : known.join(' > ');
}
