/**
 * The candidate that was probably meant, or undefined when none is near: at most two letters differ, one in words of
 * up to three. Case, spaces, underscores and accents do not count.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let bestDistance = wanted.length <= 3 ? 2 : 3;
  for (const candidate of candidates) {
    // Among equals the one that is also written alike.
    const distance =
      levenshtein(wanted, plain(candidate)) + Math.min(levenshtein(word, candidate), 40) / 100;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How names are compared everywhere: without case, accents, and anything that is not a letter or digit. */
export function plain(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function levenshtein(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(swap, (above[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
