import { NodeApiError } from 'n8n-workflow';

/** The same answer; where it is an error of the runner's, `say` makes it say more. */
export async function explaining<T>(
  answer: Promise<T>,
  say: (error: NodeApiError) => void,
): Promise<T> {
  const [outcome] = await Promise.allSettled([answer]);
  const { reason } = outcome as { readonly reason?: unknown };
  if (reason instanceof NodeApiError) say(reason);
  return answer;
}

/** The same answer, or another one where that cannot be done (any more) as things stand. */
export async function unlessConflict<T>(answer: Promise<T>, other: () => Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([answer]);
  const { reason } = outcome as { readonly reason?: unknown };
  const conflict = reason instanceof NodeApiError && reason.context['code'] === 'conflict';
  return conflict ? other() : answer;
}

/** Sentences one after the other; those that are empty are left out. */
export function sentences(...parts: readonly (string | null | undefined)[]): string {
  return parts
    .map((part) => (part ?? '').replace(/\.$/, ''))
    .filter((part) => part !== '')
    .join('. ');
}
