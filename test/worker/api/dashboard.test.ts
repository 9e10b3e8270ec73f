import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCRIPT } from '../../../worker/api/dashboard/script';
import {
  findCampaign,
  type Landing,
  type Ledger,
  type NewRecipient,
  revokeApiKey,
} from '../../../worker/ledger';
import {
  onBothLedgers,
  phone,
  running,
  type TestLedger,
  testLedger,
  worker,
} from '../../support/ledger';
import { readyCampaign, serveDashboard, signedIn, visitor } from './dashboard-fixture';
import { askRaw, keyFor, type Served } from './frame-fixture';

let opened: TestLedger;
let ledger: Ledger;
let served: Served;
beforeEach(async () => {
  opened = await testLedger();
  ledger = opened.ledger;
  served = await serveDashboard(ledger);
});
afterEach(async () => {
  await served.close();
  await opened.close();
});

const stateOf = async (name: string) => (await findCampaign(ledger.db, name))?.state;
const guest = () => visitor(served.url);
const withKey = async (scope: 'read' | 'send' | 'admin') =>
  signedIn(served.url, await keyFor(ledger, scope));

/** A running campaign of which each row has ended as these say. */
async function ended(
  name: string,
  ends: readonly ('sent' | 'failed' | 'unknown')[],
  detail = 'no such number',
): Promise<void> {
  const campaign = await running(ledger, name, ends.length);
  const hands = await worker(ledger, campaign, 1_000);
  for (const [i, end] of ends.entries()) {
    const [row] = await hands.claim(1, 1_001 + i);
    if (row === undefined) throw new Error('no row is due');
    await hands.gate([row], 1_001 + i);
    const at = { seq: row.seq, attemptId: hands.attempt() };
    await hands.land([landingOf(end, at, detail)], 1_001 + i);
  }
}

function landingOf(
  to: 'sent' | 'failed' | 'unknown',
  at: Pick<Landing, 'seq' | 'attemptId'>,
  detail: string,
): Landing {
  if (to === 'sent') return { ...at, to, result: 'accepted', messageId: `m${at.seq}` };
  if (to === 'failed') return { ...at, to, result: 'refused', reason: 'invalid_address', detail };
  return { ...at, to, result: 'unclear', reason: 'lost_answer', detail };
}

describe('a page', () => {
  it('allows nothing from elsewhere, nothing inline, and no frame around it', async () => {
    const { status, headers } = await guest().get('/');
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    for (const part of ['script-src', 'style-src', 'connect-src', 'form-action']) {
      expect(policy).toContain(`${part} 'self'`);
    }
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('has no inline script and no inline style anywhere', async () => {
    await ended('spring', ['sent', 'failed', 'unknown']);
    const paths = [
      '/',
      '/ui/campaigns/spring',
      '/ui/campaigns/spring/decide',
      '/ui/campaigns/spring/cancel',
    ];
    for (const path of [...paths, '/ui/accounts', '/ui/events', '/ui/nothing']) {
      const { html } = await guest().get(path);
      expect(html, path).not.toMatch(/<script(?![^>]*\ssrc=)/);
      expect(html, path).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/);
      expect(html, path).not.toMatch(/(?:src|href)="https?:/);
    }
  });

  it('loads a stylesheet and a script that the browser may keep', async () => {
    const { html } = await guest().get('/');
    const files = [...html.matchAll(/(?:href|src)="(\/ui\/[^"]+\.(?:css|js))"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(files).toHaveLength(2);
    for (const path of files) {
      const { status, headers } = await guest().get(path);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toContain('immutable');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is only parsed
    expect(() => new Function(SCRIPT)).not.toThrow();
  });

  it('tells how to begin where nothing is there yet', async () => {
    const { html } = await guest().get('/');
    expect(html).toContain('No campaign yet');
    expect(html).toContain('campaign init');
  });

  it('shows what is hostile in a list as the text that it is', async () => {
    const hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
    const row: NewRecipient = {
      row: 2,
      raw: hostile,
      skip: { reason: 'invalid_address', detail: hostile },
    };
    await readyCampaign(ledger, 'spring', [row]);
    const { html } = await guest().get('/ui/campaigns/spring');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script>');
  });

  it('takes a hostile name of a campaign for a text, and in an address for one part of it', async () => {
    const name = `a/b?c#d"'<e>&%2f`;
    await readyCampaign(ledger, name, [
      { row: 2, raw: phone(1), kind: 'phone', address: phone(1) },
    ]);
    const { html } = await guest().get('/');
    const [, path = ''] = /<h2><a href="(\/ui\/campaigns\/[^"]+)"/.exec(html) ?? [];
    expect(path).toBe(`/ui/campaigns/${encodeURIComponent(name)}`.replaceAll("'", '&#39;'));
    const page = await guest().get(path.replaceAll('&#39;', "'"));
    expect(page.status).toBe(200);
    expect(page.html).toContain(
      '<title>a/b?c#d&quot;&#39;&lt;e&gt;&amp;%2f · Campaign Runner</title>',
    );
    const { status } = await guest().post(`${path.replaceAll('&#39;', "'")}/start`);
    expect(status).toBe(303);
    expect(await stateOf(name)).toBe('running');
  });

  it('shows a platform’s hostile words as text', async () => {
    await ended('spring', ['failed'], '<svg onload=alert(1)>');
    const { html } = await guest().get('/ui/campaigns/spring');
    expect(html).toContain('&lt;svg onload=alert(1)&gt;');
  });

  it.each(['/ui/campaigns/nothing', '/ui/nothing'])(
    'says in a page that %s is not there',
    async (path) => {
      const { status, html, headers } = await guest().get(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toContain('text/html');
      expect(html).toContain('Not there');
    },
  );

  it('has none for single messages, whose names may say who they are for', async () => {
    await readyCampaign(ledger, 'single', []);
    await ledger.db.updateTable('campaigns').set({ kind: 'single' }).execute();
    expect((await guest().get('/ui/campaigns/single')).status).toBe(404);
    expect((await guest().get('/')).html).not.toContain('/ui/campaigns/single');
  });

  it('pages and filters campaigns, the newest first', async () => {
    for (let i = 0; i < 22; i += 1) await readyCampaign(ledger, `c${i}`, []);
    const names = (html: string) =>
      [...html.matchAll(/<h2><a href="\/ui\/campaigns\/([^"]+)"/g)].map(([, name]) => name);
    const first = (await guest().get('/')).html;
    expect(names(first)).toEqual(Array.from({ length: 20 }, (_, i) => `c${21 - i}`));
    const [, older = ''] = /href="(\/\?[^"]*before=[^"]*)"/.exec(first) ?? [];
    expect(names((await guest().get(older.replaceAll('&amp;', '&'))).html)).toEqual(['c1', 'c0']);
    expect(names((await guest().get('/?state=running')).html)).toEqual([]);
    expect(names((await guest().get('/?state=ready')).html)).toHaveLength(20);
  });

  it('pages and filters results by state and reason', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i): NewRecipient =>
        i % 2 === 0
          ? { row: i + 2, raw: phone(i), kind: 'phone', address: phone(i) }
          : {
              row: i + 2,
              raw: phone(i),
              skip: { reason: i % 3 === 0 ? 'no_opt_in' : 'duplicate' },
            },
    );
    await readyCampaign(ledger, 'spring', rows);
    const shown = (html: string) => (html.match(/rowheader/g) ?? []).length;
    expect(shown((await guest().get('/ui/campaigns/spring')).html)).toBe(50);
    expect(shown((await guest().get('/ui/campaigns/spring?after=49')).html)).toBe(10);
    expect(shown((await guest().get('/ui/campaigns/spring?state=skipped')).html)).toBe(30);
    expect(
      shown((await guest().get('/ui/campaigns/spring?state=skipped&reason=no_opt_in')).html),
    ).toBe(10);
    expect(shown((await guest().get('/ui/campaigns/spring?state=nonsense&after=x')).html)).toBe(50);
  });

  it('gives the script its live parts alone', async () => {
    await readyCampaign(ledger, 'spring', []);
    const live = (await guest().get('/ui/campaigns/spring', { 'x-live': '1' })).html;
    expect(live).toContain('data-says="spring is ready"');
    expect(live).toContain('id="part-progress"');
    expect(live).not.toContain('<html');
    expect(live).not.toContain('id="results"');
  });
});

onBothLedgers('an address that no campaign can have', (open) => {
  it.each(['%00', 'spring%00', 'a%0Ab'])('is %s, and is not there', async (name) => {
    const other = await open();
    const dashboard = await serveDashboard(other.ledger);
    try {
      const me = visitor(dashboard.url);
      expect((await me.get(`/ui/campaigns/${name}`)).status).toBe(404);
      for (const action of ['pause', 'cancel', 'decide', 'rate']) {
        const { status } = await me.post(`/ui/campaigns/${name}/${action}`, { row: '1' });
        expect([action, status]).toEqual([action, 404]);
      }
    } finally {
      await dashboard.close();
      await other.close();
    }
  });
});

describe('who may come in', () => {
  it('asks for a key as soon as there is one, and leads to where one wanted to go', async () => {
    const key = await keyFor(ledger, 'read');
    const { status, headers } = await guest().get('/ui/campaigns/spring?state=failed');
    expect(status).toBe(303);
    const to = headers.get('location') ?? '';
    expect(to).toBe(`/ui/sign-in?next=${encodeURIComponent('/ui/campaigns/spring?state=failed')}`);
    expect((await guest().get(to)).html).toContain('type="password"');
    const entered = await guest().post('/ui/sign-in', {
      key,
      next: '/ui/campaigns/spring?state=failed',
    });
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe('/ui/campaigns/spring?state=failed');
  });

  it('keeps a session in a cookie that no script and no other website gets', async () => {
    const key = await keyFor(ledger, 'read');
    const { headers } = await guest().post('/ui/sign-in', { key });
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^campaign_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(key);
    const secure = await guest().post('/ui/sign-in', { key }, { 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toMatch(/^__Host-campaign_session=.*; Secure$/);
  });

  it.each([
    'https://evil.example.org/',
    '//evil.example.org/',
    '/\\evil.example.org',
    '/docs',
    '/ui/sign-out',
  ])('does not lead to %s', async (next) => {
    const key = await keyFor(ledger, 'read');
    const { headers } = await guest().post('/ui/sign-in', { key, next });
    expect(headers.get('location')).toBe('/');
  });

  it('refuses a wrong key, lets whoever tries many wait, and nobody who has a right one', async () => {
    const key = await keyFor(ledger, 'read');
    const wrong = async () => guest().post('/ui/sign-in', { key: 'crk_0123456789ab_nothing' });
    const first = await wrong();
    expect(first.status).toBe(401);
    expect(first.html).toContain('This key is not known');
    expect(first.html).not.toContain('crk_0123456789ab_nothing');
    for (let i = 0; i < 20; i += 1) await wrong();
    const last = await wrong();
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guest().post('/ui/sign-in', { key })).status).toBe(303);
  });

  it('ends a session when somebody signs out', async () => {
    const me = await withKey('read');
    expect((await me.get('/')).status).toBe(200);
    const out = await me.post('/ui/sign-out');
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await me.get('/')).status).toBe(303);
  });

  it('ends a session soon after its key was revoked, also for a page that is open', async () => {
    const me = await withKey('read');
    expect((await me.get('/')).status).toBe(200);
    // Where there is none any more, nobody is asked for one on this machine.
    await keyFor(ledger, 'admin');
    await revokeApiKey(ledger, 'read', ledger.now());
    await expect.poll(async () => (await me.get('/', { 'x-live': '1' })).status).toBe(401);
  });

  it('lets the pages follow events, and download results, with the same cookie', async () => {
    await readyCampaign(ledger, 'spring', []);
    const me = await withKey('read');
    expect((await me.get('/events?after=latest')).status).toBe(200);
    expect((await guest().get('/events?after=latest')).status).toBe(401);
  });
});

describe('what may be done', () => {
  it('is not offered to a key that may look only, and is refused to it', async () => {
    await running(ledger, 'spring', 3);
    const me = await withKey('read');
    const { html } = await me.get('/ui/campaigns/spring');
    expect(html).not.toMatch(/method="post" action="\/ui\/campaigns/);
    expect(html).not.toContain('part-actions');
    for (const act of ['pause', 'cancel', 'rate', 'retry', 'decide']) {
      expect((await me.post(`/ui/campaigns/spring/${act}`)).status, act).toBe(403);
    }
    expect((await me.get('/ui/campaigns/spring/cancel')).status).toBe(403);
    expect(await stateOf('spring')).toBe('running');
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': '', origin: 'https://evil.example.org' }],
    [{ 'sec-fetch-site': '', origin: 'null' }],
    [{ 'sec-fetch-site': '' }],
  ])('is refused to forms of other websites: %j', async (headers) => {
    await running(ledger, 'spring', 3);
    // Without a key there is not even a cookie that a browser could keep back.
    const form = async (cookie: string) => {
      const given = Object.fromEntries(
        Object.entries({ cookie, ...headers }).filter(([, value]) => value !== ''),
      );
      return askRaw(served.url, '/ui/campaigns/spring/pause', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...given },
      });
    };
    expect((await form('')).status).toBe(403);
    const key = await keyFor(ledger, 'admin');
    const entered = await guest().post('/ui/sign-in', { key });
    const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await form(cookie)).status).toBe(403);
    expect(await stateOf('spring')).toBe('running');
  });

  it('is refused to a form that another website signs somebody in with', async () => {
    const key = await keyFor(ledger, 'read');
    const { status, headers } = await guest().post(
      '/ui/sign-in',
      { key },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(status).toBe(403);
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('takes the origin’s word where a browser says nothing else', async () => {
    await running(ledger, 'spring', 3);
    const answer = await askRaw(served.url, '/ui/campaigns/spring/pause', {
      method: 'POST',
      headers: { origin: served.url, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(303);
    expect(await stateOf('spring')).toBe('paused');
  });

  it('pauses with a reason, under the name of the key', async () => {
    await running(ledger, 'spring', 3);
    const me = await withKey('send');
    const { status, headers } = await me.post('/ui/campaigns/spring/pause', {
      why: ' wrong\u0007 date ',
    });
    expect(status).toBe(303);
    expect(await findCampaign(ledger.db, 'spring')).toMatchObject({
      state: 'paused',
      why: 'wrong date',
    });
    const { html } = await me.get(headers.get('location') ?? '');
    expect(html).toContain('Paused by a person: wrong date.');
    expect(html).toContain('Paused. Nothing new is sent');
    const audit = await ledger.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'pause')
      .execute();
    expect(audit).toMatchObject([{ campaign: 'spring', who: 'send', detail: 'wrong date' }]);
  });

  it('says on the page why something cannot be done', async () => {
    await readyCampaign(ledger, 'spring', []);
    await guest().post('/ui/campaigns/spring/cancel');
    const { status, html } = await guest().post('/ui/campaigns/spring/resume');
    expect(status).toBe(409);
    expect(html).toContain('role="alert"');
    expect(html).toContain('is cancelled: it cannot resume any more');
  });

  it('asks once more before it cancels', async () => {
    await running(ledger, 'spring', 3);
    const { html } = await guest().get('/ui/campaigns/spring/cancel');
    expect(html).toContain('3 rows would be skipped');
    expect(await stateOf('spring')).toBe('running');
    await guest().post('/ui/campaigns/spring/cancel');
    expect(await stateOf('spring')).toBe('cancelled');
  });

  it('changes the rate and takes it away, and takes nothing for a rate that is none', async () => {
    await running(ledger, 'spring', 3);
    const rate = async () =>
      JSON.parse((await findCampaign(ledger.db, 'spring'))?.spec ?? '{}').perSecond;
    await guest().post('/ui/campaigns/spring/rate', { perSecond: '2.5' });
    expect(await rate()).toBe(2.5);
    for (const perSecond of ['-1', '0', '1e9', 'NaN', 'x']) {
      expect((await guest().post('/ui/campaigns/spring/rate', { perSecond })).status).toBe(422);
    }
    expect(await rate()).toBe(2.5);
    await guest().post('/ui/campaigns/spring/rate', { perSecond: '' });
    expect(await rate()).toBeNull();
  });

  it('rules on one row, and leaves the others', async () => {
    await ended('spring', ['unknown', 'unknown']);
    const page = await guest().get('/ui/campaigns/spring/decide?at=0');
    expect(page.html).toContain('Decide on 1 row');
    const { status } = await guest().post('/ui/campaigns/spring/decide', {
      row: '2',
      at: '0',
      n: '1',
      as: 'sent',
    });
    expect(status).toBe(303);
    const { html } = await guest().get('/ui/campaigns/spring');
    expect(html).toContain('1 row needs a decision');
  });

  it('sends nothing again that nobody has said to know the risk of', async () => {
    await ended('spring', ['unknown']);
    const form = { row: '2', at: '0', n: '1', as: 'resend' };
    const { status, html } = await guest().post('/ui/campaigns/spring/decide', form);
    expect(status).toBe(422);
    expect(html).toContain('tick that a second message is possible');
    const before = (await guest().get('/ui/campaigns/spring')).html;
    expect(before).toContain('1 row needs a decision');
    const sure = await guest().post('/ui/campaigns/spring/decide', { ...form, risk: 'yes' });
    expect(sure.status).toBe(303);
    expect((await guest().get('/ui/campaigns/spring')).html).not.toContain('needs a decision');
  });

  it('rules on all rows only when they are as many as the person saw', async () => {
    await ended('spring', ['unknown', 'unknown']);
    const stale = await guest().post('/ui/campaigns/spring/decide', { n: '1', as: 'failed' });
    expect(stale.status).toBe(409);
    expect(stale.html).toContain('Other rows are unknown by now');
    const { status } = await guest().post('/ui/campaigns/spring/decide', { n: '2', as: 'failed' });
    expect(status).toBe(303);
  });

  it('takes no form that is longer than ours, and nothing but forms', async () => {
    await running(ledger, 'spring', 1);
    expect(
      (await guest().post('/ui/campaigns/spring/pause', { why: 'x'.repeat(20_000) })).status,
    ).toBe(413);
    const json = await guest().post(
      '/ui/campaigns/spring/pause',
      {},
      { 'content-type': 'application/json' },
    );
    expect(json.status).toBe(415);
    expect(await stateOf('spring')).toBe('running');
  });
});
