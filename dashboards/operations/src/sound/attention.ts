// When the console makes itself heard: once for a new alert of level 1 or 2, and again and again for
// level 1 until somebody acknowledges it. A pure decision; what is heard is the horn's business.

import type { Row } from '../queue/rows';

export type Tone = 1 | 2;

/** An unacknowledged level 1 sounds again after this long. */
export const REPEAT_MS = 15_000;
export const MUTE_MS = 120_000;

export interface Ear {
  /** Rows that have been announced; `null` before the first picture, which announces nothing old. */
  announced: ReadonlySet<string> | null;
  soundedAt: number;
}

export const deaf: Ear = { announced: null, soundedAt: 0 };

const wants = (row: Row): row is Row & { severity: Tone } =>
  !row.acknowledged && (row.severity === 1 || row.severity === 2);

/** The tone to sound now, and what to remember. */
export function listen(
  ear: Ear,
  rows: readonly Row[],
  now: number,
): { tone: Tone | null; ear: Ear } {
  const asking = rows.filter(wants);
  const announced = new Set(asking.map(({ key }) => key));
  const { announced: before } = ear;
  const fresh = before === null ? [] : asking.filter(({ key }) => !before.has(key));
  const due = now - ear.soundedAt >= REPEAT_MS;
  const repeats = due && asking.some(({ severity }) => severity === 1);
  const tone =
    fresh.some(({ severity }) => severity === 1) || repeats ? 1 : fresh.length > 0 ? 2 : null;
  return { tone, ear: { announced, soundedAt: tone === null ? ear.soundedAt : now } };
}
