import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { control, type Ledger, recordDeliveries, results } from '../../../worker/ledger';
import { changeRate } from '../../../worker/ledger/rate';
import { openBrowser } from '../../support/browser';
import { campaignOf, people } from '../../support/campaign';
import { keyFor } from './frame-fixture';
import { DESKTOP, PHONE, type Runner, startRunner, visit } from './live-fixture';

const FOLDER = join(__dirname, '../../../docs/images');
const MOST_BYTES = 150_000;

const PAGE = join(__dirname, '../../../docs/dashboard.md');
const NEW = process.env['WRITE_DOCS'] === '1';

describe('the pictures of docs/dashboard.md', () => {
  // They are drawn from campaigns that really run, which takes two minutes: only where it is asked for.
  if (NEW) it('are drawn anew', drawAll, 300_000);

  it('are there, small, and each has words for whoever does not see it', () => {
    const shown = [...readFileSync(PAGE, 'utf8').matchAll(/!\[([^\]]*)\]\(images\/([^)]+)\)/g)];
    const drawn = readdirSync(FOLDER).filter((name) => name.startsWith('dashboard-'));
    expect(shown.map(([, , name]) => name).sort()).toEqual(drawn.sort());
    for (const [, words = '', name = ''] of shown) {
      expect(words.length, name).toBeGreaterThan(10);
      expect(statSync(join(FOLDER, name)).size, name).toBeLessThan(MOST_BYTES);
    }
  });
});

async function drawAll(): Promise<void> {
  const opened = await openBrowser();
  if ('missing' in opened) throw new Error(opened.missing);
  const runner = await startRunner({ message: 25, contact: 50, conversation: 50, lookup: 20 });
  try {
    await story(runner);
    const key = await keyFor(runner.ledger, 'send', 'operations');
    for (const scheme of ['light', 'dark'] as const) {
      const desk = await visit(opened.browser, runner.url, { size: DESKTOP, scheme });
      await signIn(desk.page, key);
      if (scheme === 'light') await draw(desk.page, '/', 'campaigns');
      await draw(desk.page, '/ui/campaigns/spring-recall', `campaign-${scheme}`);
      if (scheme === 'dark') await draw(desk.page, '/ui/campaigns/spring-recall/decide', 'decide');
      await desk.context.close();
      const phone = await visit(opened.browser, runner.url, { size: PHONE, scheme });
      await signIn(phone.page, key);
      await draw(phone.page, '/ui/campaigns/spring-recall', `phone-${scheme}`);
      await phone.context.close();
    }
  } finally {
    await runner.close();
    await opened.close();
  }
}

/** Campaigns in every state; one of them has run for a while, faster and slower. */
async function story({ ledger, sandbox, connection }: Runner): Promise<void> {
  const everybody = people(4_000);
  const group = (from: number, n: number) =>
    everybody.slice(from, from + n).map((row, i) => ({ ...row, row: i + 2 }));
  const spec = { onDoubt: 'park', perSecond: 24 } as const;
  await campaignOf(ledger, connection, group(0, 60), {
    name: 'winter-check-up',
    spec: { perSecond: 200 },
  });
  await wait(6_000);
  sandbox.setFaults([
    { match: { delivers: true, nth: 7 }, fault: 'drop_before_commit' },
    { match: { delivers: true, nth: 30 }, fault: 'drop_before_commit' },
    {
      match: { path: '/contacts$', every: 90 },
      fault: 'error_before_commit',
      options: { status: 422 },
    },
  ]);
  await campaignOf(ledger, connection, group(200, 40), {
    name: 'invoice-reminder',
    spec: { perSecond: 2 },
  });
  await wait(8_000);
  const why = 'the date in the text is wrong';
  await control(ledger, 'invoice-reminder', { action: 'pause', why }, ledger.now());
  await campaignOf(ledger, connection, group(300, 900), {
    name: 'autumn-newsletter',
    start: false,
  });
  await campaignOf(
    ledger,
    connection,
    group(1_300, 2_400).map((row, i) =>
      i % 29 === 5 ? { row: row.row, raw: row.raw, skip: { reason: 'no_opt_in' as const } } : row,
    ),
    { name: 'spring-recall', spec },
  );
  for (const perSecond of [24, 14, 20, 6, 22]) {
    await changeRate(ledger, 'spring-recall', perSecond, ledger.now());
    await wait(14_000);
    await tellOf(ledger);
  }
}

/** What became of the messages, as a platform would tell it. */
async function tellOf(ledger: Ledger): Promise<void> {
  const campaigns = await ledger.db.selectFrom('campaigns').select('id').execute();
  for (const { id } of campaigns) {
    const rows = await results(ledger, id, { states: ['sent'] });
    const told = rows.flatMap(({ message_id: messageId, seq, address }) =>
      (['delivered', 'read', 'replied'] as const)
        .slice(0, seq % 17 === 0 ? 3 : seq % 3 === 0 ? 2 : 1)
        .map((kind) => ({
          ...{ id: `${kind}-${messageId}`, kind, messageId, conversationId: null, key: null },
          ...{ at: null, text: null, wish: null },
          address: { kind: 'phone' as const, value: address ?? '' },
        })),
    );
    await recordDeliveries(ledger, 'desk', told, ledger.now());
  }
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.goto('/ui/sign-in');
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/');
}

async function draw(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await wait(2_500);
  const file = join(FOLDER, `dashboard-${name}.png`);
  const { width, height } = page.viewportSize() ?? DESKTOP;
  // As much of a long page as a reader takes in.
  const tall = name === 'campaigns' ? height : Math.max(height, 1_000);
  await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width, height: tall } });
}
