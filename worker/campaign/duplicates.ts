/** Remembers in which row each address came first: a million addresses take 25 MB, and none of them is kept. */
export interface Duplicates {
  /** The row in which this address was added before; null when it is new, and remembered from now on. */
  add(address: string, row: number): number | null;
}

/**
 * A hash table of 64-bit hashes with open addressing. Two of a million addresses are mistaken for one another once in
 * 37 million lists; the ledger compares the addresses themselves, so this is for a check only.
 */
export function createDuplicates(): Duplicates {
  let slots = 1 << 16;
  let used = 0;
  let high = new Uint32Array(slots);
  let low = new Uint32Array(slots);
  let rows = new Uint32Array(slots);

  function place(h: number, l: number, row: number): number | null {
    let at = l & (slots - 1);
    for (; rows[at] !== 0; at = (at + 1) & (slots - 1)) {
      if (high[at] === h && low[at] === l) return rows[at] ?? null;
    }
    high[at] = h;
    low[at] = l;
    rows[at] = row;
    used++;
    return null;
  }

  function grow(): void {
    const before = { high, low, rows };
    slots *= 2;
    used = 0;
    high = new Uint32Array(slots);
    low = new Uint32Array(slots);
    rows = new Uint32Array(slots);
    before.rows.forEach((row, i) => {
      if (row !== 0) place(before.high[i] ?? 0, before.low[i] ?? 0, row);
    });
  }

  return {
    add(address, row) {
      if (used * 4 > slots * 3) grow();
      const [h, l] = hash64(address);
      return place(h, l, row);
    },
  };
}

/** Two multiplicative hashes that mix each other at the end (cyrb53, with all 64 bits kept). */
function hash64(text: string): [high: number, low: number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [b >>> 0, a >>> 0];
}
