import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { sentences } from './explain';
import { shownName } from './places';

/** What the runner says of a campaign file, for a person who has none: by what the editor calls it. */
export function editorWords(text: string): string {
  return text.replace(COLUMN, BY_OPTION).replace(PATH, (path) => shownName(path));
}

/** "Name it in the campaign file: audience.columns.phone: HEADER", to its end. */
const COLUMN = /in the campaign file(?::|, for example) audience\.columns\.(\w+): [^\n]*/;
const BY_OPTION = "under 'Columns' in the Campaign Options, with the variable $1";

/** "message.text", "quietHours.from". */
const PATH =
  /\b(?:audience|consent|message|quietHours|stopWhen|throttle)(?:\.(?!recipientColumns)\w+|\[\d+\])+/g;

/** The same answer; what it fails with is said in the words of the editor. */
export async function inEditorWords<T>(answer: Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([answer]);
  const { reason } = outcome as { readonly reason?: unknown };
  if (reason instanceof NodeApiError || reason instanceof NodeOperationError) {
    reason.message = editorWords(reason.message);
    reason.description = editorWords(reason.description ?? '');
  }
  return answer;
}

const FIELDS =
  "The columns are the fields of the items: the option 'Fields' says which of them to take";

/** Where the runner refuses columns, what they are and what can be done. */
export function adviseOnFields(error: NodeApiError): void {
  const { message, description } = error;
  if (!`${message} ${description}`.includes('recipientColumns')) return;
  error.message = ofFields(message);
  error.description = sentences(ofFields(description ?? ''), FIELDS);
}

function ofFields(text: string): string {
  return text
    .replaceAll('audience.recipientColumns differs', 'its fields differ')
    .replace(/^audience\.recipientColumns/, 'The list of fields')
    .replaceAll('audience.recipientColumns', 'the fields of the campaign');
}
