// Load on a page and what it costs there: changes at a steady rate, and the browser's own accounts.

import type { CDPSession, Page } from '@playwright/test';
import type { ScriptedHub } from './scripted-hub.mjs';

/** Frames of the hub in a second. */
const HZ = 10;

/** Changes so many things a second, in turns; the answer ends it. */
export function feedChanges(hub: ScriptedHub, perSecond: number): () => void {
  const things = [...hub.city.entities.values()];
  let n = 0;
  const feed = setInterval(() => {
    const entities = Array.from({ length: perSecond / HZ }, () => things[n++ % things.length]);
    hub.change({ upsert: { entities } });
  }, 1_000 / HZ);
  return () => clearInterval(feed);
}

/** The part `part` of the values lies below the answer. */
export function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export interface Accounts {
  /** Seconds that the main thread has worked. */
  busy: number;
  /** When that was, in seconds. */
  at: number;
  heap: number;
  nodes: number;
  listeners: number;
}

/** Reads what the browser keeps account of. */
export class Meter {
  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new Meter(session);
  }

  /** What nobody needs any more is thrown away first: the rest is what the page holds. */
  async settled(): Promise<Accounts> {
    await this.session.send('HeapProfiler.collectGarbage');
    return this.read();
  }

  async read(): Promise<Accounts> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    const named = new Map(metrics.map(({ name, value }) => [name, value]));
    const of = (name: string) => named.get(name) ?? Number.NaN;
    return {
      busy: of('TaskDuration'),
      at: of('Timestamp'),
      heap: of('JSHeapUsedSize'),
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
    };
  }
}

/** Per cent of the time between two readings in which the main thread worked. */
export const mainThread = (from: Accounts, to: Accounts): number =>
  (100 * (to.busy - from.busy)) / (to.at - from.at);

/** From now on the page remembers how long its long tasks take. */
export async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask' });
  });
  return () =>
    page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks));
}
