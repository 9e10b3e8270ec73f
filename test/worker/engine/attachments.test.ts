import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attachment } from '../../../core/message';
import type { ProviderId } from '../../../core/words';
import type { Provider } from '../../../providers/provider';
import type { Account } from '../../../worker/campaign/accounts-file';
import { openAttachments } from '../../../worker/engine/attachments';
import { needAttachments } from '../../../worker/engine/need-attachments';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { scriptedProvider } from '../../support/scripted-provider';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'campaign-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: number | string = 'PNG'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof bytes === 'string' ? bytes : Buffer.alloc(bytes));
  return path;
}

onBothLedgers('files of a campaign', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  it('are put on the platform once, whoever opens the campaign and from whatever path', async () => {
    const { ledger } = place;
    const campaign = await running(ledger, 'spring', 1, 1_000);
    const other = await running(ledger, 'summer', 1, 1_000);
    const uploads: Attachment[] = [];
    const provider: Provider = {
      ...scriptedProvider().provider,
      uploadMedia: async (given) => {
        uploads.push(given);
        return `https://media.example/${uploads.length}`;
      },
    };
    const sources = [file('map.png'), file('price.pdf', '%PDF')];
    const first = await openAttachments(ledger, campaign, { provider, sources });
    expect(first.map(({ url }) => url)).toEqual([
      'https://media.example/1',
      'https://media.example/2',
    ]);
    expect(first[0]).toMatchObject({ filename: 'map.png', contentType: 'image/png' });
    // Nothing of it has to be held in memory any more.
    expect(first.every(({ bytes }) => bytes.length === 0)).toBe(true);
    const copies = [file('copy.png'), file('copy.pdf', '%PDF')];
    const again = await openAttachments(ledger, campaign, { provider, sources: copies });
    expect(again.map(({ url }) => url)).toEqual(first.map(({ url }) => url));
    expect(uploads).toHaveLength(2);
    // Another campaign has its own; another content is another file.
    await openAttachments(ledger, other, { provider, sources });
    file('map.png', 'another');
    await openAttachments(ledger, campaign, { provider, sources });
    expect(uploads).toHaveLength(5);
  });

  it('go with the message where the platform takes bytes, and by their address where it fetches', async () => {
    const { ledger } = place;
    const campaign = await running(ledger, 'spring', 1, 1_000);
    const { provider } = scriptedProvider();
    const sources = [file('map.png'), 'https://files.example/a%20b.pdf?v=2'];
    const [own, linked] = await openAttachments(ledger, campaign, { provider, sources });
    expect(own).toMatchObject({ filename: 'map.png', bytes: Buffer.from('PNG') });
    expect(own?.url).toBeUndefined();
    expect(linked).toMatchObject({
      filename: 'a b.pdf',
      contentType: 'application/pdf',
      url: 'https://files.example/a%20b.pdf?v=2',
    });
  });
});

describe('before a campaign begins', () => {
  let server: Server;
  let url: string;
  let headers: Record<string, string>;
  let asked: string[];
  beforeEach(async () => {
    headers = { 'content-type': 'image/png', 'content-length': '2000' };
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(request.url === '/gone.png' ? 404 : 200, headers).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const need = (platform: ProviderId, ...sources: string[]): Promise<void> =>
    needAttachments(sources, { platform } as Account);

  it('each file is looked at: there, of a kind that the platform takes, not too large', async () => {
    await need('chatwoot', file('map.png'), file('a.xyz'));
    await need('bird', file('map.png'));
    await expect(need('bird', join(folder, 'none.png'))).rejects.toThrow('There is no file');
    await expect(need('bird', folder)).rejects.toThrow('There is no file');
    await expect(need('bird', file('large.png', 101 * 1_048_576))).rejects.toThrow(
      'large.png has 101 MB; a file may have 100 MB.',
    );
    const many = Array.from({ length: 11 }, (_, n) => file(`${n}.png`));
    await expect(need('bird', ...many)).rejects.toThrow('names 11 files; Bird takes 10');
  });

  it('each address is looked at without fetching it, where the platform would fetch it', async () => {
    await need('bird', `${url}/map.png`);
    expect(asked).toEqual(['HEAD /map.png']);
    await expect(need('bird', `${url}/gone.png`)).rejects.toThrow('answers 404');
    await expect(need('bird', 'http://files.example/map.png')).rejects.toThrow('https://');
    await expect(need('bird', 'http://127.0.0.1:9/map.png')).rejects.toThrow('cannot be reached');
    headers = { 'content-type': 'text/html; charset=utf-8' };
    await expect(need('bird', `${url}/map.png`)).rejects.toThrow('is text/html; Bird takes');
    headers = { 'content-type': 'image/png', 'content-length': String(200 * 1_048_576) };
    await expect(need('bird', `${url}/map.png`)).rejects.toThrow('has 200 MB');
    await expect(need('chatwoot', `${url}/map.png`)).rejects.toThrow(
      'Chatwoot is sent the file itself: download',
    );
  });

  it('every problem is said at once, and that nothing was sent', async () => {
    const problem = await need('bird', join(folder, 'a.png'), `${url}/gone.png`).catch(
      (error: unknown) => String(error),
    );
    expect(problem).toContain('a.png');
    expect(problem).toContain('gone.png');
    expect(problem).toContain('Nothing was sent.');
  });
});
