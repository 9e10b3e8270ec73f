import { parseAddress } from '../../core/address';
import type { DeliveryEvent } from '../../core/delivery';
import { readWish } from '../../core/opt-out';
import { type Ledger, type Recorded, recordDeliveries, type Told } from '../ledger';

/** Things in one commit. */
const MOST = 500;
/** No platform's clock has been there yet. */
const LAST_MS = Date.UTC(2100, 0, 1);

interface Waiter {
  readonly told: readonly Told[];
  readonly resolve: (recorded: Recorded) => void;
  readonly reject: (error: unknown) => void;
}

interface Queue {
  waiting: Waiter[];
  busy: boolean;
}

const queues = new WeakMap<Ledger, Map<string, Queue>>();

/**
 * Takes in what a platform told of an account: when it resolves, it is on the disk, and whoever asked for no more messages gets
 * none. While one commit is under way, what comes in meanwhile gathers for the next one, so that many calls at once share
 * their commits with each other, and leave the disk to the campaign.
 *
 * @throws what `recordDeliveries` throws; then nothing is known of it, and it may be told again.
 */
export async function takeIn(
  ledger: Ledger,
  account: string,
  events: readonly DeliveryEvent[],
): Promise<Recorded> {
  const told = events.map(read);
  if (told.length === 0) return { fresh: 0, matched: 0 };
  const accounts = queues.get(ledger) ?? new Map<string, Queue>();
  queues.set(ledger, accounts);
  const queue = accounts.get(account) ?? { waiting: [], busy: false };
  accounts.set(account, queue);
  const taken = new Promise<Recorded>((resolve, reject) => {
    queue.waiting.push({ told, resolve, reject });
  });
  if (!queue.busy) void work(ledger, account, queue);
  return taken;
}

async function work(ledger: Ledger, account: string, queue: Queue): Promise<void> {
  queue.busy = true;
  while (queue.waiting.length > 0) {
    const group = next(queue);
    try {
      const all = group.flatMap(({ told }) => told);
      const recorded = await recordDeliveries(ledger, account, all, ledger.now());
      for (const { resolve } of group) resolve(recorded);
    } catch (error) {
      await alone(ledger, account, group, error);
    }
  }
  queue.busy = false;
}

/** One that cannot be written down keeps no other one out. */
async function alone(
  ledger: Ledger,
  account: string,
  group: readonly Waiter[],
  error: unknown,
): Promise<void> {
  for (const { told, resolve, reject } of group) {
    if (group.length === 1) reject(error);
    else await recordDeliveries(ledger, account, told, ledger.now()).then(resolve, reject);
  }
}

function next(queue: Queue): Waiter[] {
  const group: Waiter[] = [];
  for (let n = 0; queue.waiting[0] !== undefined; ) {
    n += queue.waiting[0].told.length;
    if (group.length > 0 && n > MOST) break;
    group.push(queue.waiting.shift() as Waiter);
  }
  return group;
}

/** With what the person asks for; address and time as the ledger writes them. */
function read(event: DeliveryEvent): Told {
  const { kind, text, address, at } = event;
  const parsed = address === null ? null : parseAddress(address.kind, address.value);
  return {
    ...event,
    address: parsed?.ok === true ? parsed.address : address,
    at: at !== null && at > 0 && at < LAST_MS ? Math.floor(at) : null,
    wish: kind === 'opted_out' ? 'stop' : kind === 'replied' ? readWish(text ?? '') : null,
  };
}
