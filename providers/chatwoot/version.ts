/** Whether a server's version is known to be this one or newer; "4.9" also means 4.9.0. */
export function atLeast(version: string | null, wanted: string): boolean {
  const have = numbers(version ?? '');
  if (have === undefined) return false;
  const want = numbers(wanted) ?? [];
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): readonly number[] | undefined {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.trim());
  return found?.slice(1).map((part) => Number(part ?? 0));
}
