// The timeline's figures: how many events and alerts per stretch of time and level. Pure: moments in,
// columns out. Columns stand on whole stretches of the wall clock, so that they do not shift as time goes.

import type { Severity } from '../live/protocol';
import type { Reach } from '../view/address';
import type { Span } from '../view/filter';

const MINUTE = 60_000;

/** How far back, and in what stretches: about sixty to a hundred columns each. */
export const REACH: Readonly<Record<Reach, { back: number; stretch: number; iso: string }>> = {
  hour: { back: 60 * MINUTE, stretch: MINUTE, iso: 'PT1M' },
  day: { back: 24 * 60 * MINUTE, stretch: 15 * MINUTE, iso: 'PT15M' },
  week: { back: 7 * 24 * 60 * MINUTE, stretch: 120 * MINUTE, iso: 'PT2H' },
};

/** Counts by level; 0 is an event without one. */
export type Levels = Record<0 | Severity, number>;

export interface Column {
  from: number;
  to: number;
  events: Levels;
  alerts: Levels;
}

export interface Moment {
  at: number;
  level: Severity | null;
  /** How many happened; 1 where not said. */
  n?: number;
}

const none = (): Levels => ({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 });

/** The whole stretches that end with the one `now` lies in. */
export function frame(reach: Reach, now: number): Span {
  const { back, stretch } = REACH[reach];
  const to = Math.floor(now / stretch) * stretch + stretch;
  return { from: to - back, to };
}

export function columns(
  reach: Reach,
  now: number,
  events: Iterable<Moment>,
  alerts: Iterable<Moment>,
): Column[] {
  const { stretch } = REACH[reach];
  const { from, to } = frame(reach, now);
  const list = Array.from({ length: (to - from) / stretch }, (_, n) => ({
    from: from + n * stretch,
    to: from + (n + 1) * stretch,
    events: none(),
    alerts: none(),
  }));
  const count = (what: 'events' | 'alerts', moments: Iterable<Moment>) => {
    for (const { at, level, n = 1 } of moments) {
      const column = list[Math.floor((at - from) / stretch)];
      if (column) column[what][level ?? 0] += n;
    }
  };
  count('events', events);
  count('alerts', alerts);
  return list;
}

export const total = (levels: Levels): number =>
  levels[0] + levels[1] + levels[2] + levels[3] + levels[4];

/** A scale's top: a round number not far above, so that columns do not jump with every count. */
export function niceTop(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 3, 5, 8, 10].map((one) => one * ten).find((top) => top >= most) ?? 10 * ten;
}

/** Pulls a brushed stretch of time out to whole columns; within the frame, at least one column. */
export function snapped(reach: Reach, now: number, a: number, b: number): Span {
  const { stretch } = REACH[reach];
  const whole = frame(reach, now);
  const clamp = (at: number) => Math.min(whole.to, Math.max(whole.from, at));
  const low = Math.floor(clamp(Math.min(a, b)) / stretch) * stretch;
  const high = Math.ceil(clamp(Math.max(a, b)) / stretch) * stretch;
  const from = Math.min(low, whole.to - stretch);
  return { from, to: Math.max(high, from + stretch) };
}

/** One end of the brush moved by whole columns; the ends never cross. */
export function nudged(
  reach: Reach,
  now: number,
  span: Span,
  { end, by }: { end: 'from' | 'to'; by: number },
): Span {
  const { stretch } = REACH[reach];
  const whole = frame(reach, now);
  const at = span[end] + by * stretch;
  return end === 'from'
    ? { from: Math.min(span.to - stretch, Math.max(whole.from, at)), to: span.to }
    : { from: span.from, to: Math.max(span.from + stretch, Math.min(whole.to, at)) };
}
