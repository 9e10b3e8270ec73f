import type { N8nPlace } from '../../test/support/n8n-process';
import { freshDatabase, startPostgres } from '../../test/support/postgres';
import { startRealN8n } from '../../test/support/real-n8n';

/** Lends a real n8n with our package, whose server is ended: only its commands are measured. */
export async function withN8n<T>(use: (place: N8nPlace) => Promise<T>): Promise<T> {
  const postgres = await startPostgres();
  try {
    const database = await freshDatabase(postgres.url);
    const n8n = await startRealN8n(database.url);
    console.error(`n8n: ${n8n.how}`);
    await n8n.stop();
    try {
      return await use(n8n.place);
    } finally {
      await n8n.close();
    }
  } finally {
    await postgres.close();
  }
}
