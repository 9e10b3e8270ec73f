import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readWords, refuse } from '../shared/values';
import { nameOf, type Piece, piecesOf } from './pieces';
import { columnsOf, lineOf, plainOf } from './rows';

/** The longest value that the runner takes. */
const MOST_LETTERS = 100_000;
const MOST_NAMED = 10;

/** The input's items as a list of recipients. Nothing of it is held beside the items: its lines are made when they are needed. */
export interface ItemList {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Stands for all of it: columns, values and order. */
  readonly id: string;
  pieces(): Iterable<Piece>;
}

/** @throws NodeOperationError for what cannot be a recipient, before anybody is asked. */
export function readList(context: IExecuteFunctions): ItemList {
  const items = context.getInputData();
  const columns = readColumns(context, items);
  for (const [at, { json }] of items.entries()) {
    for (const name of columns) {
      const value = Object.hasOwn(json, name) ? json[name] : undefined;
      if (typeof value !== 'string' || value.length <= MOST_LETTERS) continue;
      throw refuse(
        context,
        at,
        `The field '${name}' of item ${at + 1} is longer than 100,000 letters`,
        "Nothing was sent to the runner. Leave the field out with the option 'Fields'",
      );
    }
  }
  const lines = function* () {
    for (const [at, { json }] of items.entries()) yield lineOf(json, columns, at === 0);
  };
  return {
    ...{ columns, rows: items.length, id: nameOf(lines()) },
    pieces: () => piecesOf(lines()),
  };
}

function readColumns(
  context: IExecuteFunctions,
  items: readonly INodeExecutionData[],
): readonly string[] {
  const wanted = [...new Set(readWords(context, 0, 'options.fields'))];
  if (wanted.length > 0) return chosenOf(context, items, wanted);
  const { names, nested, mixed } = columnsOf(items);
  if (mixed !== null) {
    const { name, item } = mixed;
    throw refuse(
      context,
      item,
      `The field '${name}' of item ${item + 1} is a list or an object, and a plain value in other items`,
      "Nothing was sent to the runner. Make it plain with Edit Fields before this node, or leave it out: the option 'Fields' names those to take",
    );
  }
  if (names.length === 0) {
    throw refuse(
      context,
      0,
      'The items have no fields with plain values',
      'A recipient is made of texts, numbers and yes or no, such as a phone number and a name',
    );
  }
  if (nested.length > 0) {
    const named = nested.slice(0, MOST_NAMED).map((name) => `'${name}'`);
    const more = nested.length > MOST_NAMED ? ' …' : '';
    context.addExecutionHints({
      message: `Left out, because they hold lists or objects and not plain values: ${named.join(', ')}${more}. A field 'city' out of 'address' can be made with Edit Fields before this node.`,
      location: 'outputPane',
    });
  }
  return names;
}

/** Fields by name: one that no item has is a mistake, and so is one that is no plain value. */
function chosenOf(
  context: IExecuteFunctions,
  items: readonly INodeExecutionData[],
  wanted: readonly string[],
): readonly string[] {
  const missing = new Set(wanted);
  for (const [at, { json }] of items.entries()) {
    for (const name of wanted) {
      if (!Object.hasOwn(json, name) || json[name] === undefined) continue;
      missing.delete(name);
      if (plainOf(json[name]) !== undefined) continue;
      throw refuse(
        context,
        at,
        `The field '${name}' of item ${at + 1} is not a plain value`,
        'Recipients have texts, numbers, yes or no, and dates. Nothing was sent to the runner',
      );
    }
  }
  if (missing.size === 0) return wanted;
  throw refuse(
    context,
    0,
    `No item has the field ${[...missing].map((name) => `'${name}'`).join(', ')}`,
    "Check the names in the option 'Fields'. Nothing was sent to the runner",
  );
}
