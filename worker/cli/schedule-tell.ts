import type { Ledger, Schedule } from '../ledger';

/**
 * Tells Temporal of a schedule that was changed, where it is Temporal's. Returns what a person should know if that could not be done
 * now: a worker does it then.
 */
export async function tellTemporal(
  ledger: Ledger,
  { engine }: Pick<Schedule, 'engine'>,
): Promise<string | null> {
  if (engine !== 'temporal') return null;
  // Loaded where it is wanted: it is large.
  const { connectTemporal } = await import('../engine/temporal/connection.js');
  const { tellSchedules } = await import('../engine/temporal/schedules.js');
  const { hasSearchAttributes } = await import('../engine/temporal/tell.js');
  const later = 'It is written down, and campaign worker --engine temporal tells Temporal of it.';
  try {
    const temporal = await connectTemporal();
    try {
      const { client, namespace } = temporal;
      const attributes = await hasSearchAttributes(client, namespace);
      const refused = await tellSchedules({ ledger, client, attributes });
      if (refused === 0) return null;
      return `Temporal refuses ${refused === 1 ? 'something' : `${refused} things`} of the schedules here; does its server know the time zone?`;
    } finally {
      await temporal.close();
    }
  } catch {
    return `Temporal cannot be reached now. ${later}`;
  }
}
