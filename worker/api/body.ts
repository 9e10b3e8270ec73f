import { ApiProblem } from './problem';

interface Bounds {
  /** Bytes. */
  readonly most: number;
  readonly withinMs: number;
}

/** The whole body as text. @throws ApiProblem when it is too large, too slow, or no UTF-8. */
export async function readText(request: Request, bounds: Bounds): Promise<string> {
  const bytes = await readBytes(request, bounds);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiProblem('malformed', 'The body is no UTF-8.');
  }
}

/** The whole body byte for byte. @throws ApiProblem when it is too large or too slow, and what `onPiece` throws. */
export async function readBytes(
  request: Request,
  { most, withinMs, onPiece }: Bounds & { readonly onPiece?: (bytes: number) => void },
): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge(most);
  if (request.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const deadline = performance.now() + withinMs;
  for await (const piece of paced(request.body, () => deadline - performance.now())) {
    bytes += piece.byteLength;
    if (bytes > most) throw tooLarge(most);
    onPiece?.(piece.byteLength);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

/** A body of any size, piece by piece. @throws ApiProblem when nothing comes for so long. */
export function idling(
  body: ReadableStream<Uint8Array>,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  return paced(body, () => idleMs);
}

async function* paced(
  body: ReadableStream<Uint8Array>,
  leftMs: () => number,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), leftMs());
      if (done) return;
      yield value;
    }
  } finally {
    // What is not read any more is not waited for either.
    reader.cancel().catch(() => undefined);
  }
}

async function within<T>(reading: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiProblem('too_slow')), Math.max(0, ms));
  });
  try {
    return await Promise.race([reading, tooSlow]);
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    // Whoever sent it has gone away in the middle of it.
    throw new ApiProblem('malformed', 'The body ended before it was whole.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(most: number): ApiProblem {
  return new ApiProblem('too_large', `The body is longer than ${most} bytes.`);
}
