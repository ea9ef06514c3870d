// The list must not move under the hand. While the operator uses the queue its order stands still:
// rows change in place, a row that is done stays struck through, new ones wait behind a pill.

import type { Row } from './rows';

export interface ShownRow {
  row: Row;
  /** Done or taken up elsewhere; kept until the operator moves on. */
  gone: boolean;
}

/** The order held on to; `null` while the queue runs free. */
export type Held = readonly Row[] | null;

export interface Shown {
  rows: ShownRow[];
  /** Keys that wait behind the pill. */
  fresh: string[];
  /** What to hold from now on: the same order with the newest content. */
  held: Held;
}

/**
 * `held` is what was held before, `live` the queue as it is now; `latest` finds the newest content
 * of a row that has left the queue (a closed case), so that it does not stand there as it was.
 */
export function show(
  held: Held,
  frozen: boolean,
  live: readonly Row[],
  latest: (key: string) => Row | null = () => null,
): Shown {
  // Nothing is under the hand while nothing was shown: an address may select before data come.
  if (!frozen || held === null || held.length === 0) {
    return {
      rows: live.map((row) => ({ row, gone: false })),
      fresh: [],
      held: frozen ? live : null,
    };
  }
  const now = new Map(live.map((row) => [row.key, row]));
  const known = new Set(held.map((row) => row.key));
  const rows = held.map((old) => {
    const row = now.get(old.key);
    return row ? { row, gone: false } : { row: latest(old.key) ?? old, gone: true };
  });
  return {
    rows,
    fresh: live.filter((row) => !known.has(row.key)).map((row) => row.key),
    held: rows.map(({ row }) => row),
  };
}

/** What is held, less the rows that are done; the one that is selected stays in any case. */
export function withoutDone(held: Held, live: readonly Row[], selected: string | null): Held {
  if (held === null) return null;
  const now = new Set(live.map((row) => row.key));
  return held.filter(({ key }) => now.has(key) || key === selected);
}

/** The key to select after a step up or down; stays by id, not by index. */
export function step(
  rows: readonly ShownRow[],
  selected: string | null,
  by: 1 | -1,
): string | null {
  if (rows.length === 0) return selected;
  const at = rows.findIndex(({ row }) => row.key === selected);
  const next = at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by;
  return rows[Math.min(rows.length - 1, Math.max(0, next))]?.row.key ?? selected;
}
