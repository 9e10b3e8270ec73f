/** Answers that are good for a while, by name; what is being asked is not asked twice, and an error is not kept. */
export function keptAWhile<T>(
  keepMs: number,
  most: number,
): (name: string, ask: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (name, ask) => {
    const before = kept.get(name);
    if (before !== undefined && performance.now() - before.at < keepMs) return before.answer;
    const answer = ask();
    const entry = { at: performance.now(), answer };
    if (kept.size >= most) kept.clear();
    kept.set(name, entry);
    answer.catch(() => {
      if (kept.get(name) === entry) kept.delete(name);
    });
    return answer;
  };
}
