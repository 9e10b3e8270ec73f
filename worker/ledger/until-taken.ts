/** PostgreSQL's word for a transaction that it gave up for another one's sake: nothing of it happened. */
const GIVEN_UP = new Set(['40P01', '40001', '55P03']);
const MOST_TRIES = 4;

/** Repeats a transaction that the database gave up. */
export async function untilTaken<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined || !GIVEN_UP.has(code) || tries === MOST_TRIES) throw error;
    }
  }
}
