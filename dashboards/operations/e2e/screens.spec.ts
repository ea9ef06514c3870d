// The screens beside the console, against the scripted hub: addresses, lists, forms of any kind, data
// sources, settings, themes; and axe on every screen in both languages and themes.

import { expect, test } from '@playwright/test';
import { expectAccessible } from './axe';
import { ConsolePage } from './console-page';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub();
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('admin', 'scripted', '?lang=en');
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

const SCREENS: readonly (readonly [path: string, sign: string])[] = [
  ['/', '.queue-list .row'],
  ['/cases', '[data-testid=cases] tbody tr'],
  ['/cases/C-20261124-0001', '[data-testid=case-page]'],
  ['/cases/new?kind=micro-wish', '.command-form'],
  ['/alerts', '[data-testid=alerts] tbody tr'],
  ['/units', '[data-testid=units] tbody tr'],
  ['/signs', '.sign-card'],
  ['/health', '[data-testid=letters] tbody tr'],
  ['/settings', '.key-list li'],
  ['/wall', '.wall-cases li'],
  ['/wall/cases', '.wall-cases li'],
  ['/wall/map', '.wall-map'],
  ['/wall/signs', '.wall-signs li'],
];

test('every address shows its screen, and one that names none says so', async ({ page }) => {
  for (const [path, sign] of SCREENS) {
    await page.goto(`${hub.url}${path}`);
    await expect(page.locator(sign).first(), path).toBeVisible();
  }
  const missing = await page.request.get(`${hub.url}/nothing-here`);
  expect(missing.status()).toBe(404);
});

test('axe finds nothing to object to on any screen, in both languages and themes', async ({
  page,
}) => {
  test.setTimeout(300_000);
  for (const theme of ['dark', 'day']) {
    await page.evaluate((name) => localStorage.setItem('city-brain.theme', name), theme);
    for (const language of ['zh', 'en']) {
      for (const [path, sign] of SCREENS) {
        const mark = path.includes('?') ? '&' : '?';
        await page.goto(`${hub.url}${path}${mark}lang=${language}`);
        await expect(page.locator(sign).first()).toBeVisible();
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        await expectAccessible(page, `${path} ${language} ${theme}`);
      }
    }
  }
});

test('moving between screens keeps the page, and back returns to the view that was left', async ({
  page,
}) => {
  await desk.chooseNext();
  const chosen = await desk.selected.getAttribute('data-key');
  await page.evaluate(() => Object.assign(window, { kept: true }));
  await page.locator('.nav a[href="/cases"]').click();
  await expect(page.locator('[data-testid=cases] tbody tr').first()).toBeVisible();
  await page.locator('.nav a[href="/"]').click();
  await expect(desk.selected).toHaveAttribute('data-key', chosen ?? '');
  await page.goBack();
  await expect(page.locator('[data-testid=cases]')).toBeVisible();
  expect(await page.evaluate(() => 'kept' in window)).toBe(true);
});

test('the list of cases is what its address says, and the address what the filter says', async ({
  page,
}) => {
  await page.goto(`${hub.url}/cases?q=flooding`);
  const lines = page.locator('[data-testid=cases] tbody tr');
  await expect(lines.first()).toContainText('Flooding');
  await expect(lines.filter({ hasNotText: 'Flooding' })).toHaveCount(0);
  await page.getByLabel('Search').fill('');
  await expect(lines).toHaveCount(9);
  await expect(page).not.toHaveURL(/q=/);
  await page.getByLabel('Supervisor called').check();
  await expect(page).toHaveURL(/esc=1/);
  await expect(lines).toHaveCount(0);
  await page.getByLabel('Supervisor called').uncheck();
  await page.getByLabel('State').selectOption('CLOSED');
  await expect(page).toHaveURL(/status=CLOSED/);
  await expect(page.getByText('Nothing matches')).toBeVisible();
});

for (const width of [1366, 1600, 1920]) {
  test(`at ${width} px no sign of the strip is cut, in both languages`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const language of ['zh', 'en']) {
      await page.goto(`${hub.url}/?lang=${language}`);
      await expect(page.locator('.sign-departments .sign')).toHaveCount(8);
      await expect(page.locator('.sign-figure').first()).toBeVisible();
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.signs .sign, .signs .sign *')]
          .filter((one) => !one.closest('svg'))
          .filter(
            (one) =>
              one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline',
          )
          .map((one) => one.textContent),
      );
      expect(cut).toEqual([]);
      const strip = await page.locator('.signs').evaluate((one) => {
        const { right, bottom } = one.getBoundingClientRect();
        const all = [...one.querySelectorAll('.sign *')].map((part) =>
          part.getBoundingClientRect(),
        );
        return all.filter((part) => part.right > right + 1 || part.bottom > bottom + 1).length;
      });
      expect(strip).toBe(0);
    }
  });
}

test('the offer to undo covers no line of the newest events', async ({ page }) => {
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`${hub.url}/?lang=en`);
    await desk.live();
    hub.openCase(1);
    await desk.chooseNext();
    await desk.order('acknowledgeCase', 'a');
    const toast = await page.getByTestId('undo').boundingBox();
    const timeline = await page.locator('.timeline-panel').boundingBox();
    if (!toast || !timeline) throw new Error('toast and timeline are on the screen');
    expect(toast.y + toast.height).toBeLessThanOrEqual(timeline.y);
    await expect(page.getByTestId('undo')).toHaveCount(0, { timeout: 10_000 });
  }
  // Without a map it stands at the foot of the screen, and can be pressed there.
  await page.setViewportSize({ width: 820, height: 1100 });
  await page.goto(`${hub.url}/?lang=en`);
  await expect(desk.rows.first()).toBeVisible();
  await desk.chooseNext();
  await desk.order('acknowledgeCase', 'a');
  await page.getByTestId('undo').getByRole('button').click({ timeout: 4_000 });
  await desk.told('undoAcknowledge');
});

test('a case of another kind is opened and worked by the forms of its workflow', async ({
  page,
}) => {
  await page.goto(`${hub.url}/cases/new?kind=micro-wish`);
  const form = page.locator('.command-form');
  const part = (name: string) => form.locator(`[data-field=${name}]`);
  await form.locator('button[type=submit]').click();
  await expect(part('title')).toContainText('Please fill this in');
  await expect(part('title').locator('textarea')).toBeFocused();
  await part('title').locator('textarea').fill('一台收音机');
  await part('level').locator('input').nth(2).check();
  await part('place').locator('select').selectOption('990100001001');
  await part('wisher').locator('select').selectOption('elder');
  await form.locator('button[type=submit]').click();

  const item = page.getByTestId('case-page');
  await expect(item).toHaveAttribute('data-state', 'COLLECTED');
  await expect(page).toHaveURL(/\/cases\/W-/);
  await expect(item).toContainText('An elderly person');
  await page.locator('[data-offer=verifyWish]').click();
  await part('note').locator('textarea').fill('Visited on Tuesday');
  await part('people').locator('input').fill('two');
  await part('genuine').locator('input').first().check();
  await form.locator('button[type=submit]').click();
  await expect(part('people')).toContainText('A number is needed');

  // The hub has the last word, beside the field that it names; what was typed is still there.
  await part('people').locator('input').fill('２０００');
  await form.locator('button[type=submit]').click();
  await expect(part('people')).toContainText('must be at most 1,000');
  await expect(part('note').locator('textarea')).toHaveValue('Visited on Tuesday');
  await part('people').locator('input').fill('2');
  await form.locator('button[type=submit]').click();
  await expect(item).toHaveAttribute('data-state', 'VERIFIED');
  await page.locator('[data-offer=feedBack]').click();
  await form.locator('button[type=submit]').click();
  await expect(item).toHaveAttribute('data-state', 'FED_BACK');
  await expect(page.locator('.timeline [data-command=feedBack]')).toContainText('admin');
});

test('a hub that is behind is not a silent department', async ({ page }) => {
  await page.goto(`${hub.url}/health`);
  await expect(page.locator('[data-testid=feeds] tr[data-feed=behind]')).toContainText(
    'hub behind',
  );
  await expect(page.locator('[data-testid=feeds] tr[data-feed=silent]')).toContainText('silent');
});

test('dead letters are shown as text that does nothing, and each replay has its own answer', async ({
  page,
}) => {
  await page.goto(`${hub.url}/health`);
  const letter = (n: number) => page.locator(`[data-letter=letter-${n}]`);
  await letter(1).getByRole('button').click();
  await expect(page.locator('.letter-original pre')).toContainText('<script>alert(1)</script>');
  await expect(page.locator('.letter-original pre')).toContainText('⟨202E⟩');
  expect(await page.locator('.letter-original script').count()).toBe(0);
  await page.getByLabel('Select all').check();
  await page.getByTestId('replay').click();
  await expect(letter(0)).toContainText('Sent again: in the inbox again');
  await expect(letter(1)).toContainText('Not sent: it cannot be read');
  expect(hub.letters.sent.map(({ ids }) => ids)).toEqual([['letter-0', 'letter-1', 'letter-2']]);
});

test('dead letters are grouped, all that match go back in parts, and a letter names the event it became', async ({
  page,
}) => {
  await page.goto(`${hub.url}/health`);
  await expect(page.locator('[data-letter=letter-2]')).toBeVisible();
  await page.locator('[data-letter=letter-2]').getByRole('button').click();
  await expect(page.getByTestId('admitted-as')).toContainText('Admitted later: event F-2');
  await page.getByTestId('replay-matching').click();
  await expect(page.getByTestId('replay-counts')).toHaveText('2 sent again, 1 not');
  const keys = new Set(hub.letters.matching.map(({ idempotencyKey }) => idempotencyKey));
  expect([hub.letters.matching.length, keys.size]).toEqual([2, 1]);
  await page.getByTestId('letter-groups').getByRole('button', { name: '1 × id_reused' }).click();
  await expect(page.locator('[data-letter=letter-0]')).toHaveCount(0);
  await expect(page).toHaveURL(/reason=id_reused/);
});

test('who is no administrator is not led to the sources', async ({ page }) => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await desk.signIn('wang', 'scripted', '?lang=en');
  await expect(page.locator('.nav a[href="/signs"]')).toBeVisible();
  await expect(page.locator('.nav a[href="/health"]')).toHaveCount(0);
});

test('settings hold: theme, language and another key for an order', async ({ page }) => {
  await page.goto(`${hub.url}/settings`);
  await page.getByLabel('Day grey').check();
  const line = page.locator('[data-action=acknowledgeCase]');
  await line.getByRole('button', { name: /^Change/ }).click();
  await desk.press('j');
  await expect(line).toContainText('is already');
  await desk.press('y');
  await expect(line.locator('kbd')).toHaveText('Y');
  await page.goto(`${hub.url}/`);
  await desk.live();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'day');
  await desk.chooseNext();
  await desk.told('openCase');
  await desk.press('a');
  await desk.status('REPORTED');
  await desk.press('y');
  await desk.told('acknowledgeCase');
});

test('reduced motion stops everything that moves; forced colours keep the marks', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await page.goto(`${hub.url}/`);
  await expect(desk.rows.first()).toBeVisible();
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);
  const kept = await page
    .locator('.row .severity-mark')
    .first()
    .evaluate((mark) => getComputedStyle(mark).forcedColorAdjust);
  expect(kept).toBe('none');
});
