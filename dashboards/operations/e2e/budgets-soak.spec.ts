// The console in use for a long time: what it holds must not grow. A minute by default; a night with
// CITY_BRAIN_SOAK_SECONDS=28800. The garbage is collected before each reading, so that the rest is kept.

import { expect, test } from '@playwright/test';
import { ConsolePage } from './console-page';
import { type Accounts, feedChanges, Meter, share } from './load';
import { startScriptedHub } from './scripted-hub.mjs';

const SECONDS = Number(process.env.CITY_BRAIN_SOAK_SECONDS ?? 60);
/** Of what was held after the first quarter. */
const GROWTH_MAX = 0.2;
/** Readings, the first quarter of which is for growing up: lists fill to their limits. */
const READINGS = 12;
const OPEN_CASES = 12;

test('heap, nodes and listeners do not grow while the console is in use', async ({ page }) => {
  test.setTimeout((SECONDS + 120) * 1_000);
  const hub = await startScriptedHub({ things: 2_000, cases: OPEN_CASES });
  const desk = new ConsolePage(page, hub.url);
  await desk.signIn('wang', 'scripted', '?lang=zh');
  const end = feedChanges(hub, 1_000);
  const meter = await Meter.of(page);
  const readings: Accounts[] = [];
  const begun = Date.now();
  for (let n = 0; n < READINGS; n += 1) {
    const until = begun + ((n + 1) * SECONDS * 1_000) / READINGS;
    do await workOnce(desk, hub);
    while (Date.now() < until);
    readings.push(await meter.settled());
  }
  end();
  for (const what of ['heap', 'nodes', 'listeners'] as const) {
    const values = readings.slice(READINGS / 4).map((reading) => reading[what]);
    const third = values.length / 3;
    const first = share(values.slice(0, third), 0.5);
    const last = share(values.slice(-third), 0.5);
    const growth = last / first - 1;
    process.stdout.write(
      `${what} over ${SECONDS} s: ${Math.round(first)} to ${Math.round(last)}, ` +
        `${(growth * 100).toFixed(1)} % of ${GROWTH_MAX * 100} %\n`,
    );
    expect(growth, `${what}: ${values.join(' ')}`).toBeLessThan(GROWTH_MAX);
  }
  await hub.close();
  expect(desk.faults).toEqual([]);
});

/** A round of work: a case comes, is looked at and acknowledged, and an old one goes. */
async function workOnce(
  desk: ConsolePage,
  hub: Awaited<ReturnType<typeof startScriptedHub>>,
): Promise<void> {
  hub.openCase(1 + Math.floor(Math.random() * 4));
  const [oldest] = hub.city.cases.values();
  if (oldest && hub.city.cases.size > OPEN_CASES) hub.closeCase(oldest.id);
  await desk.press('j');
  await desk.press('a');
  for (const key of ['n', '?', 'f']) {
    await desk.press(key);
    await desk.page.waitForTimeout(120);
    await desk.press('Escape');
  }
  await desk.page.getByTestId('language').click();
  await desk.press('Escape');
  await desk.page.waitForTimeout(300);
}
