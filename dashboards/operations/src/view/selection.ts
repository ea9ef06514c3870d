// Several rows chosen together. Pure: what choosing, extending and taking all does to the set.

import { type ShownRow, step } from '../queue/freeze';

export type Chosen = ReadonlySet<string>;

export const NONE: Chosen = new Set();

export function toggled(chosen: Chosen, key: string): Chosen {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/**
 * One step of the cursor that takes rows along: both the row left and the row reached are chosen.
 * Stepping back over a chosen row gives it up again, as in every list.
 */
export function extended(
  rows: readonly ShownRow[],
  chosen: Chosen,
  cursor: string | null,
  by: 1 | -1,
): { chosen: Chosen; cursor: string | null } {
  const reached = step(rows, cursor, by);
  if (reached === null) return { chosen, cursor };
  const next = new Set(chosen);
  if (cursor !== null && reached !== cursor && chosen.has(cursor) && chosen.has(reached)) {
    next.delete(cursor);
  } else {
    if (cursor !== null) next.add(cursor);
    next.add(reached);
  }
  return { chosen: next, cursor: reached };
}

/** Everything from the cursor to a row, as a click with shift wants it. */
export function spanned(
  rows: readonly ShownRow[],
  chosen: Chosen,
  cursor: string | null,
  key: string,
): Chosen {
  const from = rows.findIndex(({ row }) => row.key === cursor);
  const to = rows.findIndex(({ row }) => row.key === key);
  if (to === -1) return chosen;
  const [low, high] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  return new Set([...chosen, ...rows.slice(low, high + 1).map(({ row }) => row.key)]);
}

/** All of them; once more gives all up. */
export function all(keys: readonly string[], chosen: Chosen): Chosen {
  const every = keys.length > 0 && keys.every((key) => chosen.has(key));
  return every ? NONE : new Set(keys);
}
