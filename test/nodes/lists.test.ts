import { describe, expect, it } from 'vitest';
import { collect, type ListPage } from '../../nodes/shared/lists';
import type { Policy } from '../../nodes/shared/patience';
import { readMoment, readPairs } from '../../nodes/shared/values';
import { fakeContext } from '../support/n8n-context';

const policy = { maxRetries: 0 } as Policy;

/** A list of this many rows, in pages of 100 at most. */
function paged(count: number) {
  const asked: number[] = [];
  const page = async (from = '0', left = 0): Promise<ListPage<number>> => {
    const limit = Math.min(100, left);
    asked.push(limit);
    const at = Number(from);
    const rows = Array.from({ length: Math.min(limit, count - at) }, (_, n) => at + n);
    const next = at + rows.length;
    return { rows, next: next < count ? String(next) : null };
  };
  return { asked, page };
}

async function list(parameters: object, count: number) {
  const { context, hints } = fakeContext({ parameters: { ...parameters } });
  const { asked, page } = paged(count);
  const rows = await collect({ context, policy }, 0, page);
  return { rows, asked, hints };
}

describe('a list', () => {
  it('ends at its limit, and asks for no more than is left', async () => {
    const { rows, asked } = await list({ limit: 130 }, 1_000);
    expect(rows).toEqual(Array.from({ length: 130 }, (_, n) => n));
    expect(asked).toEqual([100, 30]);
  });

  it('has 50 rows where nothing is said, and one at least', async () => {
    expect((await list({}, 1_000)).rows).toHaveLength(50);
    expect((await list({ limit: 0 }, 1_000)).rows).toHaveLength(1);
  });

  it('is read to its end, whatever its last page holds', async () => {
    for (const count of [0, 99, 100, 101, 250]) {
      expect((await list({ returnAll: true }, count)).rows).toHaveLength(count);
    }
  });

  it('of more rows than n8n should hold is cut, and says so', async () => {
    const { rows, hints } = await list({ returnAll: true }, 10_050);
    expect(rows).toHaveLength(10_000);
    expect(hints).toHaveLength(1);
    expect((await list({ returnAll: true }, 10_000)).hints).toEqual([]);
  });

  it('that begins again and again ends', async () => {
    const { context } = fakeContext({ parameters: { returnAll: true } });
    const page = async (): Promise<ListPage<string>> => ({ rows: ['x'], next: 'again' });
    expect(await collect({ context, policy }, 0, page)).toHaveLength(2);
  });
});

describe('a date and time', () => {
  const read = (at: unknown) =>
    readMoment(fakeContext({ parameters: { at } as never }).context, 0, 'at');

  it.each([
    ['2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T10:00:00+02:00', '2026-07-01T08:00:00.000Z'],
    // Berlin's summer and winter, and the hours about its changes.
    ['2026-07-01T10:00:00', '2026-07-01T08:00:00.000Z'],
    ['2026-01-01 10:00', '2026-01-01T09:00:00.000Z'],
    ['2026-01-01', '2025-12-31T23:00:00.000Z'],
    ['2026-03-29T01:30', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T03:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T03:30', '2026-10-25T02:30:00.000Z'],
  ])('%s is %s', (given, moment) => {
    expect(read(given)).toBe(moment);
  });

  it('may be what $now yields', () => {
    expect(read({ toJSON: () => '2026-07-01T10:00:00.000+02:00' })).toBe(
      '2026-07-01T08:00:00.000Z',
    );
  });

  it('may be missing, and is not guessed', () => {
    expect(read('')).toBeUndefined();
    for (const wrong of ['soon', '01/07/2026', 12, { a: 1 }, '2026-13-01']) {
      expect(() => read(wrong), JSON.stringify(wrong)).toThrow('not a date and time');
    }
  });
});

it('names of pairs are kept to the letter, and values are texts', () => {
  const rows = [{ name: 'SKU', value: 1 }, { name: 'sku', value: true }, { name: 'none' }];
  const { context } = fakeContext({ parameters: { pairs: rows } });
  expect(readPairs(context, 0, 'pairs')).toEqual({ SKU: '1', sku: 'true', none: '' });
});
