// How long the page's frames take.

import type { Page } from '@playwright/test';

/** The milliseconds between each of the next `count` frames and the one before. */
export function frameGaps(page: Page, count: number): Promise<number[]> {
  return page.evaluate(
    (count) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        let last = performance.now();
        const next = (now: number) => {
          gaps.push(now - last);
          last = now;
          if (gaps.length < count) requestAnimationFrame(next);
          else resolve(gaps);
        };
        requestAnimationFrame(next);
      }),
    count,
  );
}
