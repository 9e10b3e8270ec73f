import type { Ask } from '../../providers/ask';
import type { Finding, Trace } from '../../providers/provider';
import { type Body, readId, readList, readNumber, readOptionalText } from '../../providers/read';

/** Pages that one look-up reads before it gives up. */
const PAGES = 20;

interface Letter {
  readonly id: number;
  readonly to: string;
  readonly mark: string | null;
}

/**
 * Looks for the letter with this mark. The text is never compared: an equal one may be somebody else's. Every hit is
 * told, so that a double cannot hide; `absent` needs a list that is whole, in order, and this person's alone.
 */
export async function findSent(ask: Ask, key: string, trace: Trace): Promise<Finding> {
  const letters: Letter[] = [];
  let whole = false;
  for (let page = 1; page <= PAGES && !whole; page += 1) {
    const next = await listPage(ask, trace, page);
    letters.push(...next.letters);
    whole = page >= next.pages;
  }
  const hits = new Set(letters.filter(({ mark }) => mark === key).map(({ id }) => id));
  const [first, ...others] = [...hits].map((id) => ({
    messageId: String(id),
    conversationId: trace.contactId,
  }));
  if (first !== undefined) return { kind: 'found', receipts: [first, ...others] };
  const doubt = doubtOf(letters, trace, whole);
  return doubt === null ? { kind: 'absent' } : { kind: 'unclear', why: doubt };
}

/** Why the list proves no absence; null where it does. */
function doubtOf(letters: readonly Letter[], trace: Trace, whole: boolean): string | null {
  if (!whole) return 'there are more letters than a look-up reads';
  if (letters.some(({ to }) => to !== trace.contactId)) return 'the list is not of this person';
  const before = [Number(trace.watermark ?? 0), ...letters.map(({ id }) => id)];
  // Rows that come again, or from before the watermark: `page` or `after` was ignored, and rows may be missing.
  if (letters.some(({ id }, at) => id <= (before[at] ?? 0))) return 'the list is not in order';
  return null;
}

/** Oldest first, so that what is posted while pages are read comes last and is not missed. */
async function listPage(ask: Ask, { contactId, watermark }: Trace, page: number) {
  return ask({
    asked: 'listing letters',
    request: {
      method: 'GET',
      path: '/v1/letters',
      query: { to: contactId, after: watermark ?? undefined, page },
      call: 'lookup',
    },
    // A number that is not there is an error, and never the end of the list.
    read: (body) => ({
      letters: readList(body, 'letters').map(letterOf),
      pages: readNumber(body, 'pages'),
    }),
  });
}

function letterOf(row: Body): Letter {
  return { id: readNumber(row, 'id'), to: readId(row, 'to'), mark: readOptionalText(row, 'mark') };
}
