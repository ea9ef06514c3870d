// The console's budgets of time, measured in Chromium: first row, map, frames, main thread, keys, alert
// to row. The limits are three times the design's (1.5 s, 2.5 s, 34 ms, 200 ms, 100 ms, 500 ms; twice
// its 35 % of the main thread), as medians of three where one run would be chance: a shared machine
// without a GPU decides the rest. What was measured is printed.

import { expect, type Page, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { frameGaps } from './frames';
import { feedChanges, Meter, mainThread, share, watchTasks } from './load';
import { type ScriptedHub, startScriptedHub } from './scripted-hub.mjs';

const SLACK = 3;
const FIRST_ROW_MS = 1_500 * SLACK;
const MAP_MS = 2_500 * SLACK;
const FRAME_P95_MS = 34 * SLACK;
const FRAME_P95_CROWD_MS = 50 * SLACK;
const TASK_MS = 200 * SLACK;
const MAIN_PERCENT = 35 * 2;
const KEY_P98_MS = 100 * SLACK;
const ALERT_MS = 500 * SLACK;

const POINTS = 10_000;
const CROWD = 100_000;

let hub: ScriptedHub;
let desk: ConsolePage;

test.beforeEach(async ({ page }) => {
  hub = await startScriptedHub({ things: POINTS });
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('wang', 'scripted', '?lang=en');
});

test.afterEach(async () => {
  await desk.endsWithoutFault(hub);
});

const report = (name: string, value: number, limit: number, unit = 'ms') =>
  process.stdout.write(`${name}: ${Math.round(value)} ${unit} of ${Math.round(limit)}\n`);

/** Ms from the start of the navigation until an element is there. */
function appears(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelector(wanted)) resolve(performance.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    selector,
  );
}

test('the first row and the map are there in time', async ({ page }) => {
  const rows: number[] = [];
  const maps: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    await page.goto(`${hub.url}/?n=${n}`, { waitUntil: 'commit' });
    const [row, map] = await Promise.all([
      appears(page, '.queue-list .row'),
      appears(page, '[data-testid=map][data-ready=true]'),
    ]);
    rows.push(row);
    maps.push(map);
  }
  report('first row', share(rows, 0.5), FIRST_ROW_MS);
  report('map ready', share(maps, 0.5), MAP_MS);
  expect(share(rows, 0.5)).toBeLessThan(FIRST_ROW_MS);
  expect(share(maps, 0.5)).toBeLessThan(MAP_MS);
});

test('ten thousand points at a thousand changes a second: frames and keys stay quick', async ({
  page,
}) => {
  const end = feedChanges(hub, 1_000);
  const meter = await Meter.of(page);
  await page.waitForTimeout(2_000);
  const longest = await watchTasks(page);
  const begun = await meter.read();
  const frames = await frameGaps(page, 240);
  const busy = mainThread(begun, await meter.read());
  const task = await longest();
  await page.evaluate(() => {
    const waits: [key: string, ms: number][] = [];
    Object.assign(window, { waits });
    addEventListener('keydown', ({ key, timeStamp }) => {
      // The frame after the next one begins when the key's effect has been painted.
      requestAnimationFrame(() =>
        setTimeout(() => waits.push([key, performance.now() - timeStamp])),
      );
    });
  });
  // A key that means nothing, in turns with one that does: what the machine itself takes.
  for (let k = 0; k < 60; k += 1) {
    await desk.press(k % 12 < 6 ? 'j' : 'k');
    await desk.press('q');
  }
  end();
  const waits = await page.evaluate(
    () => (window as unknown as { waits: [key: string, ms: number][] }).waits,
  );
  const took = (idle: boolean) =>
    share(
      waits.filter(([key]) => (key === 'q') === idle).map(([, ms]) => ms),
      0.98,
    );
  const limit = Math.max(KEY_P98_MS, SLACK * took(true));
  report('frame p95', share(frames, 0.95), FRAME_P95_MS);
  report('main thread', busy, MAIN_PERCENT, '%');
  report('longest task', task, TASK_MS);
  report('key to paint p98', took(false), limit);
  expect(share(frames, 0.95)).toBeLessThan(FRAME_P95_MS);
  expect(busy).toBeLessThan(MAIN_PERCENT);
  expect(task).toBeLessThan(TASK_MS);
  expect(waits.length).toBeGreaterThan(100);
  expect(took(false)).toBeLessThan(limit);
});

test('a hundred thousand points at ten thousand changes a second: frames stay quick', async ({
  page,
}) => {
  // Nothing of the first page may ask for its hub once that is gone.
  await page.goto('about:blank');
  await hub.close();
  hub = await startScriptedHub({ things: CROWD });
  desk = new ConsolePage(page, hub.url);
  await desk.signIn('wang', 'scripted', '?lang=en');
  const end = feedChanges(hub, 10_000);
  const meter = await Meter.of(page);
  await page.waitForTimeout(3_000);
  const begun = await meter.read();
  const frames = await frameGaps(page, 240);
  const busy = mainThread(begun, await meter.read());
  end();
  report('frame p95, 100,000 points', share(frames, 0.95), FRAME_P95_CROWD_MS);
  process.stdout.write(`main thread, 100,000 points: ${Math.round(busy)} %\n`);
  expect(share(frames, 0.95)).toBeLessThan(FRAME_P95_CROWD_MS);
});

test('a new case is seen in time', async () => {
  const waits: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const begun = performance.now();
    const { number } = hub.openCase(1);
    await desk.row(number).waitFor();
    waits.push(performance.now() - begun);
    await desk.page.waitForTimeout(500);
  }
  report('alert to row', share(waits, 0.5), ALERT_MS);
  expect(share(waits, 0.5)).toBeLessThan(ALERT_MS);
});
