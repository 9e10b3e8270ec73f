import type { Json } from '../../core/http';
import { readAny, readId, readList, readOptionalText } from '../read';
import { type Account, read } from './account';

/** Who a conversation can be handed to. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
}

/** A custom attribute, as the account defines it. */
export interface AttributeDefinition {
  readonly key: string;
  readonly name: string;
  /** text, number, currency, percent, link, date, list or checkbox. */
  readonly type: string;
  /** Of a list. */
  readonly values: readonly string[];
}

export function listAgents(account: Account): Promise<readonly Colleague[]> {
  return colleagues(account, 'listing agents', '/agents');
}

export function listTeams(account: Account): Promise<readonly Colleague[]> {
  return colleagues(account, 'listing teams', '/teams');
}

/** Values of other names are stored as well; these are the ones that agents see, and filters know. */
export async function listAttributes(
  account: Account,
  of: 'contact' | 'conversation',
): Promise<readonly AttributeDefinition[]> {
  return account.ask({
    asked: 'listing custom attributes',
    request: read(account.path('/custom_attribute_definitions'), {
      attribute_model: of === 'contact' ? 1 : 0,
    }),
    read: (body) => readList(body, '').map(definition),
  });
}

async function colleagues(
  account: Account,
  asked: string,
  path: string,
): Promise<readonly Colleague[]> {
  return account.ask({
    asked,
    request: read(account.path(path)),
    read: (body) =>
      readList(body, '').map((row) => ({
        id: readId(row, 'id'),
        name: readOptionalText(row, 'name') ?? '',
      })),
  });
}

function definition(row: Json): AttributeDefinition {
  const key = readId(row, 'attribute_key');
  const values = readAny(row, 'attribute_values');
  return {
    key,
    name: readOptionalText(row, 'attribute_display_name') ?? key,
    type: readOptionalText(row, 'attribute_display_type') ?? 'text',
    values: (Array.isArray(values) ? values : []).filter((value) => typeof value === 'string'),
  };
}
