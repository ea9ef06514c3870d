// What the hands do at the console: filter and share, choose many, take back, find, look back in time.

import { expect, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub({ cases: 24 });
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('wang', 'scripted');
  await expect(desk.rows.first()).toBeVisible();
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

test('a filter is in the address: a colleague who opens it sees the same rows', async ({
  page,
}) => {
  const count = page.getByTestId('queue-count');
  await desk.press('/');
  await page.keyboard.type('积水');
  await desk.press('Enter');
  await desk.press('f');
  await page.getByRole('button', { name: '电力', exact: true }).click();
  await desk.press('Escape');
  await desk.press('4');
  const shown = await count.textContent();
  expect(shown).toMatch(/^\d+ \/ 24 条$/);
  const rows = await desk.rows.evaluateAll((list) => list.map((row) => row.dataset.key));
  expect(rows.length).toBeGreaterThan(0);
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await desk.live();
  await expect(count).toHaveText(shown ?? '');
  expect(await desk.rows.evaluateAll((list) => list.map((row) => row.dataset.key))).toEqual(rows);
  await page.getByRole('button', { name: '清除筛选' }).first().click();
  await expect(count).toHaveText('24 条');
});

test('a view is saved under a name with its count, and is there after a reload', async ({
  page,
}) => {
  await desk.press('2');
  await desk.press('3');
  await desk.press('4');
  await page.getByRole('button', { name: '保存视图' }).click();
  await page.keyboard.type('只看紧急');
  await desk.press('Enter');
  const tab = page.getByRole('button', { name: /^只看紧急/ });
  await expect(tab).toHaveAttribute('aria-pressed', 'true');
  expect(page.url()).toContain('view=');
  const n = await desk.rows.count();
  await expect(tab).toContainText(String(n));
  await page.getByRole('button', { name: /^全部 24/ }).click();
  await page.reload();
  await desk.live();
  await tab.click();
  await expect(desk.rows).toHaveCount(n);
});

test('all that match the filter are acknowledged by one order, each with its own outcome', async ({
  page,
}) => {
  const other = [...hub.city.cases.values()].find(({ status }) => status === 'REPORTED');
  await desk.press('Control+a');
  await expect(page.getByTestId('bulk-bar')).toContainText('已选 24 条');
  await desk.press('a');
  await expect(desk.dialog).toContainText('确认 24 个案件');
  // Somebody else is first with one of them, and the stream has not told yet.
  hub.city.command(
    'acknowledgeCase',
    { caseId: other?.id, expectedVersion: 1, idempotencyKey: 'other' },
    '李娜',
    Date.now(),
  );
  await page.keyboard.type('同一起停电');
  await desk.press('Enter');
  const outcomes = page.getByTestId('bulk-outcomes');
  await expect(outcomes.locator('li')).toHaveCount(24);
  await expect(outcomes.locator('[data-outcome=accepted]')).toHaveCount(23);
  await expect(outcomes.locator('[data-outcome=conflict]')).toContainText('李娜');
  await desk.press('Enter');
  await expect(desk.dialog).toHaveCount(0);
  await expect(page.getByTestId('bulk-bar')).toHaveCount(0);
  await expect(page.locator('.row .state.unacked')).toHaveCount(1);
});

test('rows are taken up by x and shift, and an order that is not for many says so', async ({
  page,
}) => {
  await desk.chooseNext();
  await desk.press('x');
  await desk.press('Shift+J');
  await desk.press('Shift+ArrowDown');
  await expect(page.locator('.row.chosen')).toHaveCount(3);
  await desk.press('Shift+K');
  await expect(page.locator('.row.chosen')).toHaveCount(2);
  await desk.press('c');
  await expect(page.locator('.notice[data-kind=oneByOne]')).toBeVisible();
  await desk.press('Escape');
  await expect(page.locator('.row.chosen')).toHaveCount(0);
  await expect(desk.selected).toHaveCount(1);
});

test('an acknowledgement is taken back within five seconds, and the timeline keeps both', async ({
  page,
}) => {
  await desk.chooseNext();
  await desk.order('acknowledgeCase', 'a');
  await desk.status('ESTABLISHED');
  await expect(page.getByTestId('undo')).toContainText('已确认');
  await desk.press('u');
  await desk.told('undoAcknowledge');
  await desk.told('acknowledgeCase');
  await desk.status('REPORTED');
  await expect(page.getByTestId('undo')).toHaveCount(0);
});

test('the offer to take back goes by itself', async ({ page }) => {
  await desk.chooseNext();
  await desk.order('acknowledgeCase', 'a');
  await expect(page.getByTestId('undo')).toBeVisible();
  await expect(page.getByTestId('undo')).toHaveCount(0, { timeout: 7_000 });
  await desk.press('u');
  await page.waitForTimeout(500);
  await desk.status('ESTABLISHED');
});

test('units are proposed with distance, and typing finds one', async ({ page }) => {
  await desk.chooseNext();
  await desk.order('acknowledgeCase', 'a');
  await desk.told('acknowledgeCase');
  await desk.order('assignUnit', 'd');
  const options = desk.dialog.locator('[role=option]:not(.taken)');
  const far = await options
    .locator('.unit-far')
    .evaluateAll((list) => list.map((one) => Number.parseFloat(one.textContent ?? '')));
  expect(far.length).toBeGreaterThan(3);
  expect(far).toEqual(far.toSorted((a, b) => a - b));
  await page.keyboard.type('电力 17');
  await expect(options).toHaveCount(1);
  await desk.press('Enter');
  await desk.told('assignUnit');
  await expect(page.locator('.assignments')).toContainText('电力 17 号车');
});

test('the palette finds commands, views, cases and places by name', async ({ page }) => {
  await desk.press('Control+k');
  await page.keyboard.type('whole');
  await expect(desk.dialog.locator('[role=option]')).toContainText('显示全市');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('听涛');
  const option = desk.dialog.locator('[role=option]').last();
  await expect(option).toContainText('听涛社区');
  await option.click();
  await expect(desk.dialog).toHaveCount(0);
});

test('a brushed stretch of time filters queue and map together', async ({ page }) => {
  const box = await page.getByTestId('timeline').boundingBox();
  if (!box) throw new Error('no timeline');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.8, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, y, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('queue-count')).toHaveText(/ \/ 24 条$/);
  expect(new URL(page.url()).searchParams.get('span')).toMatch(/Z\/.*Z$/);
  await expect(page.locator('.map-hidden')).toContainText('筛选隐藏了');
  const ends = page.locator('.brush-end');
  const before = page.url();
  await ends.last().focus();
  await page.keyboard.press('ArrowRight');
  expect(page.url()).not.toBe(before);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('queue-count')).toHaveText('24 条');
  await page.getByTestId('map').click({ position: { x: 5, y: 200 } });
  await desk.press('t');
  await desk.press('d');
  expect(page.url()).toContain('reach=day');
});

test('the map is there as a list, and opens what it names', async ({ page }) => {
  await desk.press('l');
  const list = page.getByTestId('map-list');
  await expect(list).toContainText('案件与告警 24');
  await list.getByRole('button').nth(1).click();
  await expect(desk.detail).toHaveAttribute('data-status', 'REPORTED');
});

test('a pause holds everything still, and new rows wait', async ({ page }) => {
  await desk.press('p');
  await expect(page.getByTestId('paused')).toBeVisible();
  hub.openCase(1);
  await expect(page.getByTestId('fresh')).toContainText('1');
  await desk.press('p');
  await expect(page.getByTestId('fresh')).toHaveCount(0);
  await expect(page.getByTestId('queue-count')).toHaveText('25 条');
});

test('words begun in a dialog come back when it is opened again', async ({ page }) => {
  await desk.chooseNext();
  await desk.order('addNote', 'n');
  await page.keyboard.type('已联系供电');
  await desk.press('Escape');
  await desk.press('n');
  await expect(desk.dialog.locator('textarea')).toHaveValue('已联系供电');
});

test('keys that were given elsewhere or switched off do nothing at their old place', async ({
  page,
}) => {
  await page.evaluate(() =>
    localStorage.setItem('city-brain.keys', JSON.stringify({ single: true, own: { next: ['q'] } })),
  );
  await page.reload();
  await desk.live();
  await expect(desk.rows.first()).toBeVisible();
  await desk.press('j');
  await expect(desk.selected).toHaveCount(0);
  await desk.press('q');
  await expect(desk.selected).toHaveCount(1);
  await desk.press('?');
  await expect(desk.dialog).toContainText('Q');
});

test('on a narrow screen the detail lies over the queue and gives it back', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await desk.chooseNext();
  const detail = await desk.detail.boundingBox();
  const queue = await page.locator('section.queue').boundingBox();
  expect(detail?.y).toBe(queue?.y);
  await desk.press('Escape');
  await expect(desk.rows.first()).toBeVisible();
  await page.setViewportSize({ width: 820, height: 1180 });
  await expect(page.getByTestId('map')).toBeHidden();
  await expect(desk.rows.first()).toBeVisible();
});
