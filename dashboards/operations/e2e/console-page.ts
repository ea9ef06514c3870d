// The console as a test sees it: what an operator can do and read, and a witness for what must never happen.

import { expect, type Locator, type Page } from '@playwright/test';

/** What the browser itself reports when a server is away; allowed only while one is. */
const NETWORK = /Failed to load resource|WebSocket connection to|net::ERR_/;

export class ConsolePage {
  readonly faults: string[] = [];
  /** Set while the hub is away on purpose. */
  outage = false;

  constructor(
    readonly page: Page,
    readonly url: string,
  ) {
    const own = new URL(url).host;
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      if (this.outage && NETWORK.test(message.text())) return;
      this.faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.faults.push(`page: ${error.message}`));
    page.on('request', (request) => {
      const { host, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && host !== own)
        this.faults.push(`foreign: ${request.url()}`);
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== own) this.faults.push(`foreign: ${socket.url()}`);
    });
  }

  async signIn(name: string, password: string, query = '?lang=zh'): Promise<void> {
    await this.page.goto(`${this.url}/${query}`);
    await this.page.locator('input[name=name]').fill(name);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.keyboard.press('Enter');
    await this.live();
  }

  /** Closes the hub; a request that meets the closing hub is no fault of the page. */
  async endsWithoutFault(hub: { close(): Promise<void> }): Promise<void> {
    const faults = [...this.faults];
    await hub.close();
    expect(faults).toEqual([]);
  }

  /** Connected, with a map. */
  async live(timeout = 30_000): Promise<void> {
    await expect(this.connection).toHaveAttribute('data-state', 'LIVE', { timeout });
    await expect(this.page.getByTestId('map')).toHaveAttribute('data-ready', 'true');
  }

  get connection(): Locator {
    return this.page.getByTestId('connection');
  }

  get banner(): Locator {
    return this.page.getByTestId('banner');
  }

  get rows(): Locator {
    return this.page.locator('.queue-list .row');
  }

  row(caseNumber: string): Locator {
    return this.page.locator(`.row[data-number="${caseNumber}"]`);
  }

  /** Chooses the next case by key, once there is one to choose. */
  async chooseNext(): Promise<void> {
    await expect(this.rows.first()).toBeVisible();
    await this.press('j');
    await expect(this.selected).toBeVisible();
  }

  get selected(): Locator {
    return this.page.locator('.row.selected');
  }

  get detail(): Locator {
    return this.page.locator('section.case');
  }

  get dialog(): Locator {
    return this.page.locator('dialog[open]');
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Gives an order by key once the console offers it. */
  async order(command: string, key: string): Promise<void> {
    await expect(this.page.locator(`[data-command=${command}].order`)).toBeEnabled();
    await this.press(key);
  }

  async status(status: string): Promise<void> {
    await expect(this.detail).toHaveAttribute('data-status', status, { timeout: 15_000 });
  }

  /** Waits until the timeline tells of the command; insists where the hub itself was first. */
  async told(command: string): Promise<void> {
    const entry = this.page.locator(`.timeline [data-command=${command}]`).first();
    const again = this.page.locator('.notice[data-kind=conflict] button:not(.icon)').first();
    await expect(async () => {
      if (await again.isVisible()) await again.click();
      await expect(entry).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  }

  /** Acknowledges what is chosen together: the selected case alone, by the order for many. */
  async acknowledgeAsMany(): Promise<void> {
    await this.press('x');
    await this.press('a');
    await expect(this.dialog).toBeVisible();
    await this.page.keyboard.type('一并确认 seen together');
    await this.press('Enter');
    await expect(this.page.locator('[data-outcome=accepted]')).toHaveCount(1);
    await this.press('Enter');
    await expect(this.dialog).toHaveCount(0);
  }

  /** Acknowledges the selected case and takes it back while that is offered. */
  async acknowledgeAndUndo(): Promise<void> {
    await this.order('acknowledgeCase', 'a');
    await expect(this.page.getByTestId('undo')).toBeVisible({ timeout: 15_000 });
    await this.press('u');
    await this.told('undoAcknowledge');
    await this.status('REPORTED');
    // The row learns of it by the next frame: until then there is nothing to acknowledge again.
    await expect(this.selected.locator('.unacked')).toBeVisible();
  }

  /** Works the selected case from acknowledge to on scene, by keys alone. */
  async dispatchByKeys(acknowledge = () => this.order('acknowledgeCase', 'a')): Promise<void> {
    await acknowledge();
    await this.told('acknowledgeCase');
    await this.status('ESTABLISHED');
    await this.order('assignUnit', 'g');
    await expect(this.dialog.locator('[role=option]').first()).toBeVisible();
    await this.press('Enter');
    await this.told('assignUnit');
    await this.status('DISPATCHED');
    await this.order('markEnRoute', 'e');
    await this.told('markEnRoute');
    await this.status('IN_PROGRESS');
    await this.order('markOnScene', 'o');
    await this.told('markOnScene');
  }

  /** Works the selected case from on scene to closed, by keys alone. */
  async finishByKeys(outcome: string, check: string): Promise<void> {
    await this.order('resolveCase', 'r');
    await this.page.keyboard.type(outcome);
    await this.press('Enter');
    await this.told('resolveCase');
    await this.status('VERIFYING');
    await this.order('verifyCase', 'v');
    await this.page.keyboard.type(check);
    await this.press('Enter');
    await this.told('verifyCase');
    await this.order('closeCase', 'c');
    await expect(this.dialog).toBeVisible();
    await this.press('Enter');
    await this.status('CLOSED');
    await this.told('closeCase');
  }
}
