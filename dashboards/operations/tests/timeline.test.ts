// The timeline: every moment is counted once, in its column; the brush stands on whole columns.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  columns,
  frame,
  type Moment,
  niceTop,
  nudged,
  REACH,
  snapped,
  total,
} from '../src/timeline/buckets';
import { REACHES } from '../src/view/address';
import { NOW } from './samples';

const reach = fc.constantFrom(...REACHES);
const someMoments = fc.array(
  fc.record({
    at: fc.integer({ min: NOW - 8 * 86_400_000, max: NOW }),
    level: fc.constantFrom(null, 1 as const, 2 as const, 3 as const, 4 as const),
    n: fc.integer({ min: 1, max: 50 }),
  }),
);

describe('columns', () => {
  test('lie side by side, end with the stretch that is running, and do not shift within it', () => {
    for (const one of REACHES) {
      const { back, stretch } = REACH[one];
      const list = columns(one, NOW, [], []);
      expect(list).toHaveLength(back / stretch);
      expect(list.at(-1)?.to).toBeGreaterThan(NOW);
      expect(list.at(-1)?.from).toBeLessThanOrEqual(NOW);
      for (const [n, column] of list.entries()) {
        expect(column.from % stretch).toBe(0);
        if (n > 0) expect(column.from).toBe(list[n - 1]?.to);
      }
      expect(frame(one, NOW)).toEqual(frame(one, Math.floor(NOW / stretch) * stretch));
    }
  });

  test('count every moment within the frame once, by level, and none outside', () => {
    fc.assert(
      fc.property(reach, someMoments, (one, list) => {
        const { from, to } = frame(one, NOW);
        const inside = (moments: readonly Moment[]) =>
          moments.filter(({ at }) => at >= from && at < to);
        const made = columns(one, NOW, list, []);
        const counted = made.reduce((sum, column) => sum + total(column.events), 0);
        expect(counted).toBe(inside(list).reduce((sum, { n = 1 }) => sum + n, 0));
        for (const column of made) {
          const grave = list.filter(
            ({ at, level }) => level === 1 && at >= column.from && at < column.to,
          );
          expect(column.events[1]).toBe(grave.reduce((sum, { n }) => sum + n, 0));
          expect(total(column.alerts)).toBe(0);
        }
      }),
    );
  });

  test('the scale is a round number that holds the highest', () => {
    expect([0, 1, 2, 3, 5, 7, 11, 49, 51, 1234].map(niceTop)).toEqual([
      1, 1, 2, 3, 5, 8, 20, 50, 80, 2000,
    ]);
  });
});

describe('the brush', () => {
  const moment = fc.integer({ min: NOW - 9 * 86_400_000, max: NOW + 86_400_000 });

  test('always covers whole columns, at least one, within the frame', () => {
    fc.assert(
      fc.property(reach, moment, moment, (one, a, b) => {
        const { stretch } = REACH[one];
        const whole = frame(one, NOW);
        const { from, to } = snapped(one, NOW, a, b);
        expect([from % stretch, to % stretch]).toEqual([0, 0]);
        expect(to - from).toBeGreaterThanOrEqual(stretch);
        expect(from).toBeGreaterThanOrEqual(whole.from);
        expect(to).toBeLessThanOrEqual(whole.to);
        expect(snapped(one, NOW, b, a)).toEqual({ from, to });
      }),
    );
  });

  test('its ends move by columns, never cross, never leave the frame', () => {
    const end = fc.constantFrom('from' as const, 'to' as const);
    fc.assert(
      fc.property(
        reach,
        moment,
        moment,
        end,
        fc.integer({ min: -200, max: 200 }),
        (one, a, b, which, by) => {
          const whole = frame(one, NOW);
          const span = nudged(one, NOW, snapped(one, NOW, a, b), { end: which, by });
          expect(span.to - span.from).toBeGreaterThanOrEqual(REACH[one].stretch);
          expect(span.from).toBeGreaterThanOrEqual(whole.from);
          expect(span.to).toBeLessThanOrEqual(whole.to);
        },
      ),
    );
  });
});
