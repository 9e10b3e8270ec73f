import { request } from 'undici';
import { isLoopback } from './loopback';

/** A web server that does not say within this what it has will not do so to a platform either. */
const TIMEOUT_MS = 10_000;

/** What a web server says of a file without handing it over. */
export interface FileOnTheWeb {
  readonly status: number;
  /** 0 where it does not say. */
  readonly bytes: number;
  /** Null where it does not say. */
  readonly contentType: string | null;
}

/** Asks for a file's size and type, as anybody could: without credentials, over https or on this machine. Never throws. */
export async function lookAtFile(url: URL): Promise<FileOnTheWeb | 'not_https' | 'no_answer'> {
  if (url.protocol !== 'https:' && !isLoopback(url)) return 'not_https';
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { statusCode, headers, body } = await request(url, { method: 'HEAD', signal });
    await body.dump();
    const [type = ''] = String(headers['content-type'] ?? '').split(';');
    return {
      status: statusCode,
      bytes: Number(headers['content-length'] ?? 0),
      contentType: type.trim() === '' ? null : type.trim(),
    };
  } catch {
    return 'no_answer';
  }
}
