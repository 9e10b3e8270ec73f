import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FetchListOptions, fetchList } from '../../../worker/http/fetch-list';

let folder: string;
let server: Server;
let url: string;
let asked: string[];
let answer: RequestListener;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'campaign-fetch-test-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answer = (_, response) => response.end('phone\n+12025550100\n');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const path = () => join(folder, 'list.csv');
const fetched = (at: string, more: Partial<FetchListOptions> = {}): Promise<void> =>
  fetchList(`${url}${at}`, path(), { allowed: [`${url}/lists/`], mostBytes: 1_000, ...more });

it('fetches what is allowed, for the owner alone', async () => {
  await fetched('/lists/today.csv?key=secret');
  expect(readFileSync(path(), 'utf8')).toBe('phone\n+12025550100\n');
  expect(statSync(path()).mode & 0o077).toBe(0);
});

it.each([
  '/other/today.csv',
  '/lists/../other/today.csv',
  '/lists/..%2fother/today.csv',
  '/lists/%2e%2e/other/today.csv',
  '/listsandmore/today.csv',
])('asks nobody for %s, which is not allowed', async (at) => {
  await expect(fetched(at)).rejects.toThrow('is not allowed');
  expect(asked).toEqual([]);
  expect(existsSync(path())).toBe(false);
});

it('asks nobody without a list of who is allowed, nor with a name of the prefix’s in front', async () => {
  await expect(fetched('/lists/a.csv', { allowed: [] })).rejects.toThrow('is not allowed');
  const within = `${url.replace('http://', 'http://user:key@')}/lists/a.csv`;
  await expect(
    fetchList(within, path(), { allowed: [`${url}/lists/`], mostBytes: 9 }),
  ).rejects.toThrow('is not allowed');
  await expect(
    fetchList('http://lists.example/a.csv', path(), {
      allowed: ['http://lists.example/'],
      mostBytes: 9,
    }),
  ).rejects.toThrow('is not allowed');
  expect(asked).toEqual([]);
});

it('follows where it leads, but only to what is allowed', async () => {
  answer = (request, response) => {
    if (request.url === '/lists/old.csv') {
      response.writeHead(302, { location: 'new.csv' }).end();
    } else if (request.url === '/lists/out.csv') {
      response.writeHead(302, { location: '/private/list.csv' }).end();
    } else if (request.url === '/lists/loop.csv') {
      response.writeHead(302, { location: '/lists/loop.csv' }).end();
    } else response.end('phone\n');
  };
  await fetched('/lists/old.csv');
  expect(readFileSync(path(), 'utf8')).toBe('phone\n');
  await expect(fetched('/lists/out.csv')).rejects.toThrow('it leads to another place');
  await expect(fetched('/lists/loop.csv')).rejects.toThrow('it leads on and on');
  expect(asked).not.toContain('/private/list.csv');
});

it('takes no more than it may, whatever the server says of its size', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    for (let n = 0; n < 20; n += 1) response.write('x'.repeat(100));
    response.end();
  };
  await expect(fetched('/lists/a.csv')).rejects.toThrow('it has more than');
  expect(existsSync(path())).toBe(false);
  answer = (_, response) => response.writeHead(200, { 'content-length': '5000' }).end();
  await expect(fetched('/lists/a.csv')).rejects.toThrow('it has more than');
});

it('takes no list of which it cannot be known whether it is whole', async () => {
  answer = (request) => {
    request.socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nphone\n+12025550100\n+1202');
  };
  await expect(fetched('/lists/a.csv')).rejects.toThrow('does not say where its list ends');
  expect(existsSync(path())).toBe(false);
  answer = (request) => {
    request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nphone\n+12025550100\n+1202');
  };
  await expect(fetched('/lists/a.csv')).rejects.toThrow('cannot be reached');
  expect(existsSync(path())).toBe(false);
  answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
  await expect(fetched('/lists/a.csv')).rejects.toThrow('compressed');
});

it('does not wait for ever, and says nothing of the address', async () => {
  answer = () => undefined;
  const error = await fetched('/lists/a.csv?key=secret', { timeoutMs: 300 }).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toContain('it took more than 0.3 s');
  answer = (_, response) => response.writeHead(403).end('secret');
  const refused = await fetched('/lists/a.csv?key=secret').catch((thrown: unknown) => thrown);
  expect(String(refused)).toContain('answers 403');
  expect(`${String(error)}${String(refused)}`).not.toContain('secret');
});
