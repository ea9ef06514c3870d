// The console against the real hub, as an operator meets it: sign in, an alert arrives, a case is
// worked by keys to closed in both languages, the server goes away and comes back.
//
// The harness starts and feeds the hub and sets CITY_BRAIN_URL, CITY_BRAIN_USER, CITY_BRAIN_PASSWORD,
// CITY_BRAIN_SHOTS (a folder for pictures) and CITY_BRAIN_HANDSHAKE (a folder): the test writes
// `stop-hub` there and the harness stops the hub and writes `hub-stopped`; likewise `start-hub` and
// `hub-started`, on the same address and data. Without that folder the socket is muted instead.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { ConsolePage } from './console-page';

const SHOTS = process.env.CITY_BRAIN_SHOTS ?? 'test-results';
const HANDSHAKE = process.env.CITY_BRAIN_HANDSHAKE;
/** The demo's first alert may take this long: departments publish at their own pace. */
const FIRST_CASE_MS = 180_000;
/** A hub that starts again on its data. */
const RESTART_MS = 120_000;

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the hub and name its address and account`);
  return value;
}

test('sign in, an alert arrives, a case by keys to closed, both languages, server lost and back', async ({
  page,
}) => {
  test.setTimeout(600_000);
  mkdirSync(SHOTS, { recursive: true });
  const hub = await reach(page);
  const asked = graphqlRequests(page);
  const desk = new ConsolePage(page, need('CITY_BRAIN_URL').replace(/\/$/, ''));
  await desk.signIn(need('CITY_BRAIN_USER'), need('CITY_BRAIN_PASSWORD'));

  await reportByForm(desk);
  if (process.env.UPDATE_DOCS === '1') await fuller(desk);
  await selectReported(desk);
  await desk.acknowledgeAndUndo();
  await desk.dispatchByKeys(() => desk.acknowledgeAsMany());
  await picture(desk, 'zh.png');

  const key = await desk.selected.getAttribute('data-key');
  await page.getByTestId('language').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(desk.selected).toHaveAttribute('data-key', key ?? '');
  await picture(desk, 'en.png');

  await desk.finishByKeys('Valve closed, street drained 阀门已关闭', 'Photos compared 照片已核对');
  await everyStepIsTold(desk);

  const lost = await hub.lose(desk);
  await expect(desk.banner).toHaveAttribute('data-state', /STALE|OFFLINE/, { timeout: 15_000 });
  expect(Date.now() - lost).toBeLessThan(10_500);
  await hub.restore();
  await desk.live(RESTART_MS);
  await expect(desk.banner).toHaveCount(0);
  desk.outage = false;

  expect(desk.faults).toEqual([]);
  // The hub was given the console's operations: their hashes are all that goes over the wire.
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((body) => body.includes('"query"'))).toEqual([]);
});

/** The bodies of all GraphQL requests from now on. */
function graphqlRequests(page: Page): string[] {
  const bodies: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/graphql') bodies.push(request.postData() ?? '');
  });
  return bodies;
}

/** A report by telephone: no rule has found anything, and a person opens the case. */
async function reportByForm(desk: ConsolePage): Promise<void> {
  const { page } = desk;
  const home = page.url();
  await page.goto(`${desk.url}/cases/new?kind=city&lang=zh`);
  const part = (name: string) => page.locator(`.command-form [data-field=${name}]`);
  await part('title').locator('textarea').fill('路灯杆倾斜，有市民来电');
  await part('level').locator('input').nth(3).check();
  await part('lon').locator('input').fill('122.1');
  const submit = page.locator('.command-form button[type=submit]');
  await submit.click();
  // The hub has the last word: half a point is nowhere.
  await expect(part('lat').locator('.field-fault')).toBeVisible();
  await part('lon').locator('input').fill('');
  await part('place').locator('select').selectOption('990101002001');
  await submit.click();
  const item = page.getByTestId('case-page');
  await expect(item).toHaveAttribute('data-state', 'REPORTED');
  await expect(item).toContainText('路灯杆倾斜');
  const number = decodeURIComponent(new URL(page.url()).pathname.split('/').pop() ?? '');
  await page.goto(home);
  await desk.live();
  await expect(desk.row(number)).toBeVisible();
}

/** Pictures for the documents wait for a fuller queue; a quiet city is pictured as it is. */
async function fuller(desk: ConsolePage): Promise<void> {
  await desk.rows
    .nth(3)
    .waitFor({ timeout: FIRST_CASE_MS })
    .catch(() => undefined);
}

/** Goes down the queue to a case that nobody has touched. */
async function selectReported(desk: ConsolePage): Promise<void> {
  const untouched = desk.page.locator('.row[data-status=REPORTED]');
  await expect(untouched.first()).toBeVisible({ timeout: FIRST_CASE_MS });
  const key = await untouched.first().getAttribute('data-key');
  await expect(async () => {
    await desk.press('j');
    expect(await desk.selected.getAttribute('data-key')).toBe(key);
  }).toPass({ timeout: 30_000, intervals: [100] });
  await desk.status('REPORTED');
}

async function everyStepIsTold(desk: ConsolePage): Promise<void> {
  const steps = ['acknowledgeCase', 'assignUnit', 'markEnRoute', 'markOnScene', 'resolveCase'];
  for (const step of [...steps, 'verifyCase', 'closeCase']) {
    const entry = desk.page.locator(`.timeline [data-command=${step}]`).first();
    await expect(entry).toContainText(need('CITY_BRAIN_USER'));
    await expect(entry.locator('time')).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
  }
}

async function picture(desk: ConsolePage, name: string): Promise<void> {
  // The map's movement and the last commit of the live picture have come to rest.
  await desk.page.waitForTimeout(1_000);
  await desk.page.screenshot({ path: join(SHOTS, name) });
}

interface Reach {
  /** Takes the hub away; the answer is when it was gone. */
  lose(desk: ConsolePage): Promise<number>;
  restore(): Promise<void>;
}

async function reach(page: Page): Promise<Reach> {
  if (!HANDSHAKE) return mutedSocket(page);
  const say = (word: string) => writeFileSync(join(HANDSHAKE, word), '');
  const hear = (word: string) =>
    expect(() => expect(existsSync(join(HANDSHAKE, word))).toBe(true)).toPass({
      timeout: RESTART_MS,
      intervals: [50],
    });
  return {
    lose: async (desk) => {
      desk.outage = true;
      say('stop-hub');
      await hear('hub-stopped');
      return Date.now();
    },
    restore: async () => {
      say('start-hub');
      await hear('hub-started');
    },
  };
}

async function mutedSocket(page: Page): Promise<Reach> {
  let muted = false;
  await page.routeWebSocket('**/live', (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!muted) socket.send(message);
    });
  });
  return {
    lose: async (desk) => {
      desk.outage = true;
      muted = true;
      return Date.now();
    },
    restore: async () => {
      muted = false;
    },
  };
}
