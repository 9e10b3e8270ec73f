import { type Http, NoAnswer, requestTarget } from '../../core/http';
import type { Authorization } from '../../providers/provider';

/** A transport for tests against the sandbox: nothing of the product's own, no deadline, no pool. */
export function fetchHttp({ baseUrl, headers, query }: Authorization): Http {
  return async (request) => {
    const own = request.anonymous !== true;
    const url = own ? `${baseUrl}${requestTarget(request, query)}` : request.path;
    const body = bodyOf(request);
    const type = request.json === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const response = await fetch(url, {
        method: request.method,
        headers: { ...(own ? headers : {}), ...type },
        ...(body === undefined ? {} : { body }),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    } catch (error) {
      throw new NoAnswer('reset', true, error);
    }
  };
}

function bodyOf({ json, multipart }: Parameters<Http>[0]): string | FormData | undefined {
  if (json !== undefined) return JSON.stringify(json);
  if (multipart === undefined) return undefined;
  const form = new FormData();
  for (const part of multipart) {
    if ('value' in part) form.append(part.name, part.value);
    else {
      const file = new File([new Uint8Array(part.bytes)], part.filename, {
        type: part.contentType,
      });
      form.append(part.name, file);
    }
  }
  return form;
}
