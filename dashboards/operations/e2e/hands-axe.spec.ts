// The hands' panels and dialogs before axe: both languages, every one of them open.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub({ cases: 24 });
  desk = new ConsolePage(page, hub.url);
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

/** Nothing that axe can decide is wrong with what is on the screen. */
async function faultless(page: Page, what: string): Promise<void> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: object[] }[] }> };
    };
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 400)}`);
  }, TAGS);
  expect([what, found]).toEqual([what, []]);
}

for (const language of ['zh', 'en']) {
  for (const theme of ['dark', 'day']) {
    test(`panels and dialogs, ${language}, ${theme}`, async ({ page }) => {
      await page.addInitScript((choice) => localStorage.setItem('city-brain.theme', choice), theme);
      await desk.signIn('wang', 'scripted', `?lang=${language}`);
      await expect(desk.rows.first()).toBeVisible();
      await desk.press('f');
      await desk.press('l');
      await desk.press('3');
      await faultless(page, 'filter, list of the map, hidden rows');
      await desk.press('Escape');
      await page.getByTestId('map').click({ position: { x: 5, y: 200 } });
      await desk.press('l');
      await desk.press('3');
      await desk.press('Control+a');
      await faultless(page, 'chosen rows');
      await desk.press('a');
      await expect(desk.dialog).toBeVisible();
      await faultless(page, 'the question to all');
      await desk.press('Enter');
      await expect(page.getByTestId('bulk-outcomes')).toBeVisible();
      await faultless(page, 'the outcome of all');
      await desk.press('Enter');
      await desk.chooseNext();
      await desk.order('assignUnit', 'g');
      await expect(desk.dialog.locator('[role=option]').first()).toBeVisible();
      await faultless(page, 'proposals');
      await desk.press('Enter');
      await expect(page.getByTestId('undo')).toBeVisible();
      await faultless(page, 'the offer to undo');
      await desk.press('Control+k');
      await faultless(page, 'the palette');
      await desk.press('Escape');
      await desk.press('?');
      await faultless(page, 'the keys');
    });
  }
}
