import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Provider } from '../../providers/provider';
import type { Catalogue } from './catalogue';
import type { LookBack } from './look-back';
import type { Policy } from './patience';
import type { Connection } from './platform';

export type Resource =
  | 'campaign'
  | 'channel'
  | 'contact'
  | 'conversation'
  | 'media'
  | 'message'
  | 'template';

/** What an operation works with: one account, for one execution of its node. */
export interface Execution<P extends Provider = Provider> {
  readonly context: IExecuteFunctions;
  readonly connection: Connection<P>;
  readonly catalogue: Catalogue;
  readonly policy: Policy;
  readonly lookBack: LookBack;
}

/** One item that goes out. */
export interface Result {
  readonly json: IDataObject;
  readonly binary?: IBinaryKeyData;
}

/** Works on one item that came in. */
export type Work<P extends Provider = Provider> = (
  execution: Execution<P>,
  item: number,
) => Promise<readonly Result[]>;

/** An operation of a node: how it is shown, which parameters it has, and what it does. */
export interface Operation<P extends Provider = Provider> {
  readonly resource: Resource;
  /** Its name in a saved workflow; never to be changed. */
  readonly value: string;
  readonly name: string;
  readonly action: string;
  readonly description: string;
  readonly parameters: readonly INodeProperties[];
  readonly work: Work<P>;
}

export function one(json: object): readonly Result[] {
  return [{ json: { ...json } }];
}

/** An item for each row. */
export function each(rows: readonly object[]): readonly Result[] {
  return rows.map((row) => ({ json: { ...row } }));
}
