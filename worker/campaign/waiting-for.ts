import {
  begunSince,
  type Campaign,
  driverOf,
  isAlive,
  type Ledger,
  nextDue,
  stoppedUntil,
} from '../ledger';

/** Whoever works takes a campaign up within this long after its start, also while much else is to be done. */
const TAKEN_UP_MS = 10_000;

/** What a campaign waits for. */
export interface Waiting {
  /** For a person. */
  readonly why: string;
  /** Milliseconds since the epoch; null when nobody can say. */
  readonly until: number | null;
}

/** What a campaign waits for, as far as the ledger tells at this moment; null when it waits for nothing but its turn. */
export async function waitsFor(ledger: Ledger, campaign: Campaign): Promise<Waiting | null> {
  const { state, intake, list_path: list, why, autostart } = campaign;
  if (state === 'importing') {
    if (intake === 'chunks') return { why: 'its recipients are being added', until: null };
    if (intake === 'upload' && list === null) {
      const what = why === null ? 'its list' : 'another list';
      return { why: `${what} is to be uploaded`, until: null };
    }
    const reader = await driverOf(ledger.db, campaign.id);
    const reads = reader !== undefined && isAlive(reader, ledger.now());
    return { why: reads ? 'its list is being read' : 'its list is to be read', until: null };
  }
  if (state === 'ready') {
    return { why: autostart === 1 ? 'it starts in a moment' : 'it is to be started', until: null };
  }
  if (state !== 'running') return null;
  const now = ledger.now();
  const stop = await stoppedUntil(ledger.db, campaign.account);
  if (stop.until > now) {
    return { why: stop.why ?? 'the platform asked to wait', until: stop.until };
  }
  const due = await nextDue(ledger.db, campaign.id);
  if (due !== null && due > now + 1_000) {
    return { why: 'the next rows are not due yet', until: due };
  }
  if (due === null) return null;
  const driver = await driverOf(ledger.db, campaign.id);
  if (driver !== undefined && isAlive(driver, now)) return null;
  if (await begunSince(ledger.db, campaign.name, now - TAKEN_UP_MS)) return null;
  return { why: 'nobody runs it now: a worker has to', until: null };
}
