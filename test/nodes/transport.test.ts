import { type IHttpRequestOptions, NodeApiError } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../core/http';
import { type NoAnswer } from '../../core/http';
import { createTransport } from '../../nodes/shared/transport';
import { fakeContext } from '../support/n8n-context';

const REQUEST: HttpRequest = {
  method: 'POST',
  path: '/api/v1/accounts/1/contacts',
  query: { page: 1, none: undefined, q: 'a b' },
  json: { name: 'Zoë', nested: { b: 1, a: [] } },
  call: 'contact',
};

function transportWith(http: (options: IHttpRequestOptions) => Promise<never> | Promise<object>) {
  const fake = fakeContext({ parameters: {}, http: http as never });
  return { ...fake, http: createTransport(fake.context, 'chatwootApi', 'https://chat.example/x') };
}

describe('a request', () => {
  it("has the runner's bytes and headers, and no secret", async () => {
    const { http, requests } = transportWith(async () => ({ statusCode: 200, body: '{}' }));
    await http(REQUEST);
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://chat.example/x/api/v1/accounts/1/contacts?page=1&q=a+b',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"Zoë","nested":{"b":1,"a":[]}}',
        encoding: 'text',
        returnFullResponse: true,
        ignoreHttpStatusErrors: true,
        disableFollowRedirect: true,
        timeout: 60_000,
      },
    ]);
  });

  it('is not written after its deadline, on either clock', async () => {
    const { http, requests } = transportWith(async () => ({ statusCode: 200, body: '{}' }));
    const now = { wallMs: Date.now(), monotonicMs: performance.now() };
    for (const sendBy of [
      { ...now, wallMs: now.wallMs - 1_000, monotonicMs: now.monotonicMs + 1_000 },
      { wallMs: now.wallMs + 1_000, monotonicMs: now.monotonicMs - 1_000 },
    ]) {
      await expect(http({ ...REQUEST, delivers: { sendBy } })).rejects.toMatchObject({
        written: false,
      });
    }
    expect(requests).toEqual([]);
  });
});

describe('an answer', () => {
  it('of every status is an answer, with its headers in lower case', async () => {
    const { http } = transportWith(async () => ({
      statusCode: 429,
      body: 'Retry later',
      headers: { 'Retry-After': '3', 'Set-Cookie': ['a=1', 'b=2'] },
    }));
    await expect(http(REQUEST)).resolves.toEqual({
      status: 429,
      body: 'Retry later',
      headers: { 'retry-after': '3', 'set-cookie': 'a=1, b=2' },
    });
  });

  it('that n8n has parsed is text again', async () => {
    const { http } = transportWith(async () => ({ statusCode: 200, body: { id: 1 } }));
    expect((await http(REQUEST)).body).toBe('{"id":1}');
  });
});

describe('no answer', () => {
  const socketError = (fields: object) => Object.assign(new Error('socket'), fields);
  const failed = async (error: Error): Promise<NoAnswer> => {
    const { http } = transportWith(async () => {
      throw error;
    });
    return http(REQUEST).then(
      () => expect.fail('answered'),
      (reason: unknown) => reason as NoAnswer,
    );
  };
  /** As n8n does: an Axios error around the socket's, and its own around that. */
  const asN8n = (inner: Error, fields: object = {}) => {
    const { context } = fakeContext({ parameters: {} });
    const axios = Object.assign(new Error(inner.message, { cause: inner }), fields);
    return new NodeApiError(context.getNode(), axios as never);
  };

  const NO_HANDSHAKE =
    'write EPROTO 40:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:tlsany_meth.c:77:';
  const UNWRITTEN: object[] = [
    { code: 'ECONNREFUSED', syscall: 'connect' },
    { code: 'ENOTFOUND', syscall: 'getaddrinfo' },
    { code: 'EAI_AGAIN', syscall: 'getaddrinfo' },
    { code: 'ETIMEDOUT', syscall: 'connect' },
    { code: 'EHOSTUNREACH', syscall: 'connect' },
    { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { code: 'CERT_HAS_EXPIRED' },
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { code: 'EPROTO', syscall: 'write', message: NO_HANDSHAKE },
  ];
  it.each(UNWRITTEN)('is proof that nothing was written: %o', async (fields) => {
    const error = socketError(fields);
    for (const thrown of [error, asN8n(error), asN8n(error, fields)]) {
      expect(await failed(thrown)).toMatchObject({ name: 'NoAnswer', written: false });
    }
  });

  const WRITTEN: object[] = [
    { code: 'ECONNRESET' },
    { code: 'EPIPE', syscall: 'write' },
    { code: 'EPROTO', syscall: 'write', message: 'write EPROTO 40:error:0A000438:SSL routines:x' },
    { code: 'ETIMEDOUT', syscall: 'read' },
    { code: 'EHOSTUNREACH', syscall: 'read' },
    { code: 'ECONNABORTED' },
    { code: 'ERR_CANCELED' },
    {},
  ];
  it.each(WRITTEN)('may have been written: %o', async (fields) => {
    const error = socketError(fields);
    for (const thrown of [error, asN8n(error), asN8n(error, fields)]) {
      expect(await failed(thrown)).toMatchObject({ name: 'NoAnswer', written: true });
    }
  });

  it('from several addresses of one host counts each of them', async () => {
    const each = [socketError({ code: 'ECONNREFUSED', syscall: 'connect' })];
    const thrown = asN8n(new AggregateError(each));
    expect(await failed(thrown)).toMatchObject({ why: 'ECONNREFUSED', written: false });
  });
});
