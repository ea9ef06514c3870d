// Faults that a healthy hub never shows, and the manners of the screen, against a scripted hub.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub();
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('wang', 'scripted');
  await expect(desk.rows.first()).toBeVisible();
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

test('a case is worked from acknowledged to closed without a mouse', async () => {
  await desk.chooseNext();
  await desk.status('REPORTED');
  await desk.dispatchByKeys();
  await desk.finishByKeys('阀门已关闭，积水已排净', '现场照片已核对');
  await expect(desk.selected).toHaveClass(/gone/);
  await desk.press('j');
  await expect(desk.page.locator('.row.gone')).toHaveCount(0);
});

test('a socket that is open but silent is called stale in 10 s and offline in 20 s, and heals', async ({
  page,
}) => {
  await desk.chooseNext();
  hub.silence(true);
  desk.outage = true;
  const begun = Date.now();
  await expect(desk.banner).toHaveAttribute('data-state', 'STALE', { timeout: 15_000 });
  // The last frame may have come up to a tick before the silence began.
  expect(Date.now() - begun).toBeLessThan(10_500);
  await expect(desk.banner).toHaveAttribute('data-state', 'OFFLINE', { timeout: 15_000 });
  expect(Date.now() - begun).toBeLessThan(21_500);
  await expect(page.locator('.order:enabled')).toHaveCount(0);
  hub.silence(false);
  await expect(desk.banner).toHaveCount(0, { timeout: 25_000 });
  await expect(page.locator('.order:enabled')).not.toHaveCount(0);
});

test('a lost frame is noticed by the next one and healed by resuming', async () => {
  const before = hub.hellos.length;
  const lost = hub.city.cases.values().next().value;
  hub.change({ upsert: { cases: [{ ...lost, version: 50 }] } }, { lose: true });
  const { number } = hub.openCase(1);
  await expect(desk.row(number)).toBeVisible();
  expect(hub.hellos.slice(before).map(({ resume }) => resume?.cursor)).toEqual(['c0']);
});

test('a cut socket resumes; past the history it gets a snapshot; a reset is taken in place', async () => {
  hub.cut();
  const first = hub.openCase(1);
  await expect(desk.row(first.number)).toBeVisible();
  hub.forgetHistory();
  hub.cut();
  const second = hub.openCase(1);
  await expect(desk.row(second.number)).toBeVisible();
  hub.reset('slow_consumer');
  const third = hub.openCase(1);
  await expect(desk.row(third.number)).toBeVisible();
});

test('a console that the hub has replaced reloads itself, and shows the same view', async ({
  page,
}) => {
  await desk.chooseNext();
  const key = await desk.selected.getAttribute('data-key');
  await desk.order('addNote', 'n');
  hub.buildId = 'newer';
  hub.cut();
  await expect(desk.connection).toHaveAttribute('data-state', 'LIVE');
  await page.waitForTimeout(1_500);
  await expect(desk.dialog).toBeVisible();
  await Promise.all([page.waitForEvent('load'), desk.press('Escape')]);
  await desk.live();
  await expect(desk.selected).toHaveAttribute('data-key', key ?? '');
});

test('sound is off until the page was touched, then a key mutes it for a while', async ({
  page,
}) => {
  const horn = page.getByTestId('sound');
  await desk.chooseNext();
  await expect(horn).toHaveAttribute('data-state', 'on');
  await desk.press('m');
  await expect(horn).toHaveAttribute('data-state', 'muted');
  await expect(horn).toContainText(/1:5\d|2:00/);
  await desk.press('m');
  await expect(horn).toHaveAttribute('data-state', 'on');
});

test('no text of an operation goes over the wire, unless the hub knows none of it', async () => {
  await desk.chooseNext();
  await desk.acknowledgeAndUndo();
  expect(hub.asked.length).toBeGreaterThan(5);
  expect(hub.asked.filter(({ query }) => query !== undefined)).toEqual([]);
  hub.forgetOperations();
  const before = hub.asked.length;
  await desk.order('acknowledgeCase', 'a');
  await desk.status('ESTABLISHED');
  await desk.told('acknowledgeCase');
  // Each is asked by its hash first, then with its text; the scripted hub checks one against the other.
  const since = hub.asked.slice(before);
  expect(since.filter(({ query }) => query !== undefined)).not.toEqual([]);
});

test('a page opened while the hub is away waits for it and keeps the session', async ({ page }) => {
  desk.outage = true;
  await page.route('**/graphql', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('status')).toContainText('正在重试');
  await page.unroute('**/graphql');
  await desk.live();
});

test('the queue stands still while it is used; new rows wait behind a pill', async ({ page }) => {
  await desk.chooseNext();
  const order = await desk.rows.evaluateAll((rows) => rows.map((row) => row.dataset.key));
  for (let n = 0; n < 7; n += 1) hub.openCase(1);
  await expect(page.getByTestId('fresh')).toContainText('7');
  expect(await desk.rows.evaluateAll((rows) => rows.map((row) => row.dataset.key))).toEqual(order);
  await desk.press('.');
  await expect(page.getByTestId('fresh')).toHaveCount(0);
  await expect(desk.rows.first()).not.toHaveAttribute('data-key', order[0] ?? '');
});

test('of two operators the second is told who was first', async ({ page }) => {
  await desk.chooseNext();
  const key = (await desk.selected.getAttribute('data-key')) ?? '';
  const caseId = key.slice('case:'.length);
  await expect(page.locator('[data-command=acknowledgeCase].order')).toBeEnabled();
  const { answer, changed } = hub.city.command(
    'acknowledgeCase',
    { caseId, expectedVersion: 1, idempotencyKey: 'other' },
    '李娜',
    Date.now(),
  );
  expect(answer.__typename).toBe('CommandAccepted');
  await desk.press('a');
  await expect(page.locator('.notice[data-kind=conflict]')).toContainText('李娜');
  hub.change({ upsert: changed });
  await expect(desk.selected).toContainText('李娜');
});

test('a key pressed at once after choosing a case waits until its orders are known', async () => {
  await desk.chooseNext();
  await desk.press('a');
  await desk.chooseNext();
  await desk.press('n');
  await expect(desk.dialog).toBeVisible();
  await desk.press('Escape');
  await desk.press('k');
  await desk.status('ESTABLISHED');
});

test('an input method that composes gives no order', async ({ page }) => {
  await desk.chooseNext();
  await desk.order('acknowledgeCase', 'n');
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'ac', selectionStart: 2, selectionEnd: 2 });
  await session.send('Input.insertText', { text: '已到场' });
  await expect(desk.dialog.locator('textarea')).toHaveValue('已到场');
  await desk.press('Escape');
  await expect(desk.dialog).toHaveCount(0);
  await page.evaluate(() => {
    const init = { key: 'a', keyCode: 229, isComposing: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', init));
  });
  await desk.status('REPORTED');
});

test('an address restores the view, and another language keeps it', async ({ page }) => {
  await desk.chooseNext();
  await desk.press('4');
  const key = await desk.selected.getAttribute('data-key');
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await desk.live();
  await expect(desk.selected).toHaveAttribute('data-key', key ?? '');
  await expect(page.locator('.severity-filter [aria-pressed=false]')).toHaveCount(1);
  await page.getByTestId('language').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(desk.selected).toHaveAttribute('data-key', key ?? '');
  await expect(page).toHaveTitle(/\(\d+\) City operations console/);
});

test('a link to a case that has left the live picture still opens it', async ({ page }) => {
  const closed = [...hub.city.cases.values()][0];
  hub.change({ upsert: {}, remove: { cases: [closed?.id ?? ''] } });
  await page.goto(`${hub.url}/?lang=en&sel=case:${closed?.id}`);
  await desk.live();
  await expect(desk.row(closed?.number ?? '')).toHaveCount(0);
  // Its alert still fires, and is nobody's new work.
  await page.waitForTimeout(1_500);
  await expect(desk.rows.filter({ hasText: 'Alert without case' })).toHaveCount(0);
  await expect(desk.detail).toContainText(closed?.number ?? '');
  await desk.told('openCase');
  await page.goto(`${hub.url}/?lang=en&sel=case:nobody-knows-it`);
  await desk.live();
  await expect(desk.detail).toContainText('cannot be found');
});

test('axe finds nothing to object to, in both languages, with dialogs open', async ({ page }) => {
  const check = async () => {
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(options: object): Promise<{ violations: { id: string; nodes: object[] }[] }> };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      const { violations } = await axe.run({ runOnly: tags });
      return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 300)}`);
    });
    expect(found).toEqual([]);
  };
  for (const language of ['zh', 'en']) {
    await desk.chooseNext();
    await desk.told('openCase');
    await check();
    for (const key of ['n', '?']) {
      await desk.press(key);
      await expect(desk.dialog).toBeVisible();
      await check();
      await desk.press('Escape');
      await expect(desk.dialog).toHaveCount(0);
    }
    if (language === 'zh') await page.getByTestId('language').click();
  }
});
