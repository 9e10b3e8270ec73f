import { type KyselyPlugin, RawNode, sql } from 'kysely';
import type { Ledger } from '../../worker/ledger';
import { isPostgres } from '../../worker/ledger/dialect';
import type { Queries } from '../../worker/ledger/ledger';

/**
 * How the database would answer each statement that is written by hand in `use`; none of them is done. PostgreSQL reads a small table
 * through whatever its indexes, so it is told not to where it can.
 */
export async function plansOf(
  ledger: Ledger,
  use: (db: Queries) => Promise<unknown>,
): Promise<string[]> {
  const plans: string[] = [];
  const onPostgres = isPostgres(ledger.db);
  const explain = onPostgres ? 'explain ' : 'explain query plan ';
  const explaining: KyselyPlugin = {
    transformQuery: ({ node }) =>
      RawNode.is(node)
        ? RawNode.create(
            [`${explain}${node.sqlFragments[0]}`, ...node.sqlFragments.slice(1)],
            node.parameters,
          )
        : node,
    async transformResult({ result }) {
      const lines = result.rows.map((row) => row['detail'] ?? row['QUERY PLAN']);
      plans.push(lines.join('\n'));
      return { ...result, rows: [] };
    },
  };
  await ledger.db.transaction().execute(async (trx) => {
    if (onPostgres) await sql`set local enable_seqscan = off`.execute(trx);
    await use(trx.withPlugin(explaining));
  });
  return plans;
}
