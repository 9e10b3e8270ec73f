import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { control, type Ledger, needCampaign, tally } from '../../../worker/ledger';
import { openBrowser, type TestBrowser } from '../../support/browser';
import { campaignOf, people } from '../../support/campaign';
import { keyFor } from './frame-fixture';
import {
  DESKTOP,
  type Look,
  overflow,
  PHONE,
  type Runner,
  startRunner,
  visit,
} from './live-fixture';

let opened: TestBrowser | { readonly missing: string };
let browser: Browser;
let runner: Runner | undefined;
let ledger: Ledger;
beforeAll(async () => {
  opened = await openBrowser();
  if (!('missing' in opened)) browser = opened.browser;
  else if (process.env['CI'] === 'true') throw new Error(`no browser: ${opened.missing}`);
  else console.warn(`SKIPPED: the dashboard was not looked at in a browser: ${opened.missing}`);
});
beforeEach(async (context) => {
  if ('missing' in opened) context.skip(`no browser: ${opened.missing}`);
  runner = await startRunner();
  ledger = runner.ledger;
});
afterEach(async () => {
  await runner?.close();
  runner = undefined;
});
afterAll(async () => {
  if (!('missing' in opened)) await opened.close();
});

const here = (): Runner => {
  if (runner === undefined) throw new Error('no runner was started');
  return runner;
};

const LOOKS: readonly (readonly [string, Look])[] = [
  ['on a desktop, light', { size: DESKTOP, scheme: 'light' }],
  ['on a desktop, dark', { size: DESKTOP, scheme: 'dark' }],
  ['on a phone, light', { size: PHONE, scheme: 'light' }],
  ['on a phone, dark', { size: PHONE, scheme: 'dark' }],
];

const PARK = { onDoubt: 'park', perSecond: 8 } as const;

/** One row fails at its contact, and of one nobody can tell whether it was sent. */
function trouble(): void {
  here().sandbox.setFaults([
    { match: { delivers: true, nth: 3 }, fault: 'drop_before_commit' },
    {
      match: { path: '/contacts$', nth: 5 },
      fault: 'error_before_commit',
      options: { status: 422 },
    },
  ]);
}

const badge = (page: Page) => page.locator('#part-head .badge');
const doneNow = async (page: Page) =>
  Number((await page.locator('#done').textContent())?.replace(',', ''));
const counts = async (name: string) =>
  (await tally(ledger.db, (await needCampaign(ledger.db, name)).id)).counts;

describe('the dashboard', () => {
  it.each(LOOKS.filter((_, i) => i === 0 || i === 3))(
    'shows and steers the whole life of a campaign, %s',
    async (_, look) => {
      trouble();
      await campaignOf(ledger, here().connection, people(100), { spec: PARK, start: false });
      const key = await keyFor(ledger, 'send', 'operations');
      const { context, page, complaints } = await visit(browser, here().url, look);

      // In by the key.
      await page.goto('/');
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'spring' }).click();
      await expect.poll(() => badge(page).textContent()).toBe('Ready');

      // It is started, and moves without being loaded anew.
      await page.getByRole('button', { name: 'Start' }).click();
      await expect.poll(() => badge(page).textContent()).toBe('Running');
      await page.evaluate('window.loadedOnce = true');
      const before = await doneNow(page);
      await expect.poll(() => doneNow(page)).toBeGreaterThan(before + 3);
      await expect.poll(() => page.locator('#rate-now').textContent()).toMatch(/^[\d.]+\/s/);
      expect(await page.evaluate('window.loadedOnce')).toBe(true);
      expect(await overflow(page)).toBe(0);

      // Paused with a reason; nothing new is sent.
      await page.getByText('Pause', { exact: true }).click();
      await page.getByLabel('Why (may be left out)').fill('wrong date in the text');
      await page.getByRole('button', { name: 'Pause it' }).click();
      await expect.poll(() => badge(page).textContent()).toBe('Paused');
      expect(await page.locator('.says').textContent()).toContain('wrong date in the text');
      await expect.poll(async () => (await counts('spring')).sending).toBe(0);
      const { sent } = await counts('spring');
      expect(sent).toBeLessThan(95);

      // On, and faster.
      await page.getByRole('button', { name: 'Resume' }).click();
      await expect.poll(() => badge(page).textContent()).toBe('Running');
      await page.getByText('Rate…').click();
      await page.getByLabel('Messages a second').fill('200');
      await page.getByRole('button', { name: 'Change the rate' }).click();
      await expect.poll(() => badge(page).textContent()).toBe('Finished');
      expect(await counts('spring')).toMatchObject({ sent: 98, failed: 1, unknown: 1 });

      // What failed is found, and gets another chance.
      await page.getByLabel('State', { exact: true }).selectOption('failed');
      await page.getByRole('button', { name: 'Show' }).click();
      const rows = page.locator('#results tbody tr');
      await expect.poll(() => rows.count()).toBe(1);
      expect(await rows.textContent()).toContain('Failed');
      here().sandbox.clearFaults();
      await page
        .locator('#part-reasons')
        .getByRole('button', { name: /^Retry/ })
        .click();
      await expect
        .poll(() => page.locator('.note').first().textContent())
        .toContain('Another chance for 1 failed row');
      await expect.poll(() => badge(page).textContent()).toBe('Finished');
      expect(await counts('spring')).toMatchObject({ sent: 99, failed: 0, unknown: 1 });

      // A person rules on what nobody can tell.
      await page.locator('#decide').click();
      await page.getByRole('radio', { name: /^Failed/ }).check();
      await page.getByRole('button', { name: 'Decide on 1 row' }).click();
      await expect
        .poll(() => page.locator('.note').first().textContent())
        .toContain('1 row decided');
      expect(await page.locator('#part-decide').textContent()).toBe('');
      expect(await counts('spring')).toMatchObject({ sent: 99, failed: 1, unknown: 0, double: 0 });
      expect(here().sandbox.summary()).toMatchObject({ accepted: 99, doubles: 0 });

      // And all of it in a file.
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: /as CSV/ }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/\.csv$/);

      expect(await overflow(page)).toBe(0);
      expect(complaints).toEqual([]);
      const audit = await ledger.db
        .selectFrom('audit')
        .selectAll()
        .where('who', '=', 'operations')
        .execute();
      expect(audit.map(({ action }) => action)).toEqual([
        'start',
        'pause',
        'resume',
        'rate',
        'retry',
        'start',
        'decide',
      ]);
      await context.close();
    },
    120_000,
  );

  it('is paused by the keyboard alone', async () => {
    await campaignOf(ledger, here().connection, people(200), { spec: PARK });
    const { context, page } = await visit(browser, here().url, { size: DESKTOP, scheme: 'light' });
    await page.goto('/');
    const focused = () =>
      page.evaluate('document.activeElement.textContent.trim() || document.activeElement.id');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    while ((await focused()) !== 'spring') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/ui/campaigns/spring');
    while ((await focused()) !== 'Pause') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('why');
    // Escape closes it, and focus is where it was.
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Pause');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('why');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await expect.poll(() => badge(page).textContent()).toBe('Paused');
    expect(await focused()).toContain('Paused. Nothing new is sent');
    expect((await needCampaign(ledger.db, 'spring')).why).toBe('by keyboard');
    await context.close();
  }, 60_000);

  it('leaves focus and what somebody writes alone, and announces only what matters', async () => {
    await campaignOf(ledger, here().connection, people(200), { spec: PARK });
    const { context, page, complaints } = await visit(browser, here().url, {
      size: DESKTOP,
      scheme: 'light',
    });
    await page.goto('/ui/campaigns/spring');
    await page.getByText('Pause', { exact: true }).click();
    await page.getByLabel('Why (may be left out)').pressSequentially('half a sen');
    const announced: string[] = [];
    await page.exposeFunction('heard', (text: string) => announced.push(text));
    await page.evaluate(
      `new MutationObserver(() => heard(document.getElementById('announce').textContent)).observe(document.getElementById('announce'), { childList: true })`,
    );
    const before = await doneNow(page);
    await expect.poll(() => doneNow(page)).toBeGreaterThan(before + 20);
    await page.keyboard.type('tence');
    expect(await page.getByLabel('Why (may be left out)').inputValue()).toBe('half a sentence');
    expect(announced.length).toBeLessThanOrEqual(1);
    // Somebody else pauses it: that is said, and shown at once.
    await control(ledger, 'spring', { action: 'pause', why: 'from elsewhere' }, ledger.now());
    await expect.poll(() => badge(page).textContent(), { timeout: 3_000 }).toBe('Paused');
    await expect.poll(() => announced.at(-1)).toBe('spring is paused: from elsewhere');
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it('says so when the runner does not answer, and goes on when it does', async () => {
    await campaignOf(ledger, here().connection, people(200), { spec: PARK });
    const { context, page } = await visit(browser, here().url, { size: PHONE, scheme: 'dark' });
    await page.goto('/ui/campaigns/spring');
    await context.setOffline(true);
    await expect.poll(() => page.locator('#connection').textContent()).toContain('does not answer');
    await context.setOffline(false);
    await expect.poll(() => page.locator('#connection').textContent()).toBe('');
    await context.close();
  }, 60_000);

  it('shows moments in the zone of whoever looks', async () => {
    await campaignOf(ledger, here().connection, people(2), { start: false });
    await ledger.db
      .updateTable('campaigns')
      .set({ created_at: Date.UTC(2026, 0, 5, 23, 30) })
      .execute();
    const { context, page } = await visit(browser, here().url, { size: DESKTOP, scheme: 'light' });
    await page.goto('/ui/campaigns/spring');
    const made = page.locator('.facts time').first();
    expect(await made.textContent()).toBe('6 Jan 2026, 00:30');
    expect(await made.getAttribute('title')).toBe('5 Jan 2026, 23:30 UTC');
    expect(await page.locator('[data-zone]').textContent()).toContain('Europe/Berlin');
    await context.close();
  });

  it('works without its script', async () => {
    await campaignOf(ledger, here().connection, people(200), { spec: PARK });
    const context = await browser.newContext({ baseURL: here().url, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('link', { name: 'spring' }).click();
    await page.getByText('Pause', { exact: true }).click();
    await page.getByLabel('Why (may be left out)').fill('no script');
    await page.getByRole('button', { name: 'Pause it' }).click();
    expect(await badge(page).textContent()).toBe('Paused');
    await page.getByRole('link', { name: 'Cancel…' }).click();
    await page.getByRole('button', { name: 'Cancel the campaign' }).click();
    expect(await badge(page).textContent()).toBe('Cancelled');
    expect(await page.locator('.says time').textContent()).toMatch(/UTC$/);
    await context.close();
  }, 60_000);

  it.each(LOOKS)(
    'has nothing serious that keeps anybody out, and fits, %s',
    async (_, look) => {
      const { context, page } = await visit(browser, here().url, look);
      await page.goto('/');
      expect(await seriousIn(page)).toEqual([]);
      trouble();
      await campaignOf(ledger, here().connection, people(40), {
        spec: { ...PARK, perSecond: 100 },
      });
      await campaignOf(ledger, here().connection, people(500).slice(40), {
        name: 'autumn',
        spec: PARK,
      });
      await expect.poll(async () => (await counts('spring')).pending, { timeout: 20_000 }).toBe(0);
      await expect
        .poll(async () => (await counts('autumn')).sent, { timeout: 20_000 })
        .toBeGreaterThan(20);
      const paths = [
        '/',
        '/?state=paused',
        '/ui/campaigns/spring',
        '/ui/campaigns/autumn',
        '/ui/campaigns/autumn/cancel',
        '/ui/campaigns/spring/decide',
        '/ui/campaigns/spring?done=paused',
        '/ui/accounts',
        '/ui/events',
        '/ui/nothing',
      ];
      for (const path of paths) {
        await page.goto(path);
        expect(await seriousIn(page), path).toEqual([]);
        expect(await overflow(page), path).toBe(0);
      }
      await page.goto('/ui/campaigns/autumn');
      await page.getByText('Pause', { exact: true }).click();
      await page.getByText('The figures as a table').click();
      expect(await seriousIn(page)).toEqual([]);
      // The page that is open would go there by itself.
      await page.goto('about:blank');
      await keyFor(ledger, 'read');
      await page.goto('/ui/sign-in');
      expect(await seriousIn(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await overflow(page)).toBe(0);
      await context.close();
    },
    120_000,
  );
});

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds serious or critical, with where. */
async function seriousIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
