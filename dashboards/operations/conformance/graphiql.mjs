// GraphiQL in a real browser: signs in, runs a query, and loads nothing from anywhere but the hub.
// Usage: CITY_BRAIN_URL=... CITY_BRAIN_NAME=... CITY_BRAIN_PASSWORD=... node conformance/graphiql.mjs [PICTURE]
import assert from 'node:assert/strict';
import { chromium } from '@playwright/test';

const {
  CITY_BRAIN_URL: url,
  CITY_BRAIN_NAME: name,
  CITY_BRAIN_PASSWORD: password,
  CITY_BRAIN_CHROMIUM: executablePath,
} = process.env;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const foreign = [];
const complaints = [];
page.on('request', (request) => {
  const address = new URL(request.url());
  const own = address.protocol === 'data:' || address.protocol === 'blob:';
  if (!own && address.origin !== new URL(url).origin) foreign.push(request.url());
});
page.on('console', (message) => {
  // Before signing in the hub answers 401, which the browser writes down by itself.
  if (message.type() === 'error' && !message.text().includes('401'))
    complaints.push(message.text());
});
page.on('pageerror', (error) => complaints.push(String(error)));

await page.goto(`${url}/graphiql`);
await page.getByLabel('Name').fill(name);
await page.getByLabel('Password').fill(password);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.waitForSelector('.graphiql-container .CodeMirror');
await page.getByRole('button', { name: 'Execute query' }).click();
await page.waitForFunction(() =>
  document.querySelector('.result-window')?.textContent?.includes('"pageInfo"'),
);
// The schema's documentation is read from the hub itself.
await page.getByRole('button', { name: 'Documentation Explorer' }).click();
await page
  .locator('.graphiql-doc-explorer a', { hasText: /^Query$/ })
  .first()
  .click();
await page.getByText('Everything that can be asked.').first().waitFor();
if (process.argv[2]) await page.screenshot({ path: process.argv[2] });
await browser.close();
assert.deepEqual(foreign, [], 'something was loaded from elsewhere');
assert.deepEqual(complaints, [], 'the browser complained');
process.stdout.write('graphiql: as it should be\n');
