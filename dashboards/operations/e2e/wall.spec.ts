// The wallboard on both sizes of wall: nothing to touch, nothing cut off, nothing scaled; it says when
// it is old, loads a newer console by itself and keeps its session.

import { expect, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub({ cases: 40 });
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('wall', 'scripted', '?lang=zh');
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

for (const [width, height] of [
  [1920, 1080],
  [3840, 1080],
] as const) {
  test(`the wall of ${width} by ${height} shows all its parts whole`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const language of ['zh', 'en']) {
      await page.goto(`${hub.url}/wall?lang=${language}`);
      await expect(page.locator('.wall-cases li').first()).toBeVisible();
      await expect(page.locator('.wall-signs li').first()).toBeVisible();
      await expect(page.getByTestId('map')).toHaveAttribute('data-ready', 'true');
      const seen = await page.evaluate(() => {
        const parts = [...document.querySelectorAll('.wall > *')].map((part) =>
          part.getBoundingClientRect(),
        );
        const lines = [...document.querySelectorAll('.wall-fit li')].map((line) => {
          const box = line.closest('.wall-fit')?.getBoundingClientRect();
          return (box?.bottom ?? 0) - line.getBoundingClientRect().bottom;
        });
        const scaled = [...document.querySelectorAll('.wall *')].filter((one) =>
          /matrix|scale/.test(getComputedStyle(one).transform),
        );
        return {
          outside: parts.filter(
            ({ left, top, right, bottom }) =>
              left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5,
          ).length,
          cut: lines.filter((room) => room < -1).length,
          scrolls: document.documentElement.scrollWidth > innerWidth,
          touchable: document.querySelectorAll('.wall :is(a, button, input, select, [tabindex])')
            .length,
          scaled: scaled.filter((one) => !one.closest('.map-frame')).length,
        };
      });
      expect(seen).toEqual({ outside: 0, cut: 0, scrolls: false, touchable: 0, scaled: 0 });
      // Forty cases do not fit: the rest is counted.
      await expect(page.locator('.wall-cases .wall-more')).toBeVisible();
    }
  });
}

test('arrangements take turns, each whole, with names for all places', async ({ page }) => {
  const wall = page.getByTestId('wall');
  await page.goto(`${hub.url}/wall/cases?lang=en`);
  await expect(wall).toHaveAttribute('data-preset', 'cases');
  await expect(page.locator('.wall-case-place').first()).toContainText('Community');
  await expect(page.locator('.wall-map')).toHaveCount(0);
  await page.goto(`${hub.url}/wall?lang=en&rotate=map,signs&every=5`);
  for (const preset of ['map', 'signs', 'map']) {
    await expect(wall).toHaveAttribute('data-preset', preset, { timeout: 15_000 });
    await expect(page.locator('.wall-turn')).toBeVisible();
  }
});

test('an old picture is hatched and dated, and fresh again by itself', async ({ page }) => {
  await page.goto(`${hub.url}/wall?lang=en`);
  const wall = page.getByTestId('wall');
  await expect(wall).toHaveAttribute('data-state', 'LIVE');
  hub.silence(true);
  desk.outage = true;
  await expect(wall).toHaveClass(/stale/, { timeout: 15_000 });
  await expect(page.getByTestId('wall-fresh')).toContainText(/Picture of \d\d:\d\d:\d\d/);
  hub.silence(false);
  await expect(wall).toHaveAttribute('data-state', 'LIVE', { timeout: 25_000 });
});

test('a newer console is loaded by itself, and the session is kept alive', async ({ page }) => {
  await page.goto(`${hub.url}/wall`);
  await expect(page.getByTestId('wall')).toHaveAttribute('data-state', 'LIVE');
  await expect.poll(() => hub.renewals).toBeGreaterThan(0);
  await page.evaluate(() => Object.assign(window, { before: true }));
  hub.buildId = 'newer';
  desk.outage = true;
  hub.cut();
  // A question that meets the reload itself gets no answer: the page that was asked is still the old one.
  const old = () => page.evaluate(() => 'before' in window).catch(() => true);
  await expect.poll(old, { timeout: 30_000 }).toBe(false);
  await expect(page.getByTestId('wall')).toHaveAttribute('data-state', 'LIVE', { timeout: 20_000 });
});
