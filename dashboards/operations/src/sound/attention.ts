// When the console makes itself heard: once for each new case or alert of a level that sounds, and
// again and again for the grave ones until somebody acknowledges them. A pure decision; what is heard
// is the horn's business.

import type { Severity } from '../live/protocol';
import type { Row } from '../queue/rows';

export type Tone = Severity;

/** An unacknowledged row of this level sounds again after so long; levels without one sound once. */
export const REPEAT_MS: Readonly<Partial<Record<Severity, number>>> = { 1: 15_000, 2: 60_000 };
export const MUTE_MS = 120_000;
/** New rows within the window that make a flood: then only the gravest are heard. */
export const FLOOD_FROM = 10;
export const FLOOD_WINDOW_MS = 600_000;

export interface Ear {
  /** Rows that have been announced; `null` before the first picture, which announces nothing old. */
  announced: ReadonlySet<string> | null;
  /** When each level last sounded. */
  soundedAt: Readonly<Record<Severity, number>>;
}

export const deaf: Ear = { announced: null, soundedAt: { 1: 0, 2: 0, 3: 0, 4: 0 } };

export interface Hearing {
  /** Levels that the operator wants to hear. */
  levels: readonly Severity[];
  now: number;
}

export const isFlood = (rows: readonly Row[], now: number): boolean =>
  rows.filter((row) => row.at > now - FLOOD_WINDOW_MS && row.at <= now).length >= FLOOD_FROM;

/** The tone to sound now, the gravest of those that are due, and what to remember. */
export function listen(
  ear: Ear,
  rows: readonly Row[],
  { levels, now }: Hearing,
): { tone: Tone | null; ear: Ear } {
  const flood = isFlood(rows, now);
  const asking = rows.filter(
    (row) => !row.acknowledged && levels.includes(row.severity) && (!flood || row.severity === 1),
  );
  const before = ear.announced;
  const due = (row: Row): boolean => {
    if (before !== null && !before.has(row.key)) return true;
    const repeat = REPEAT_MS[row.severity];
    return repeat !== undefined && now - ear.soundedAt[row.severity] >= repeat;
  };
  const sounding = asking.filter(due).map(({ severity }) => severity);
  const tone = sounding.length === 0 ? null : (Math.min(...sounding) as Severity);
  return {
    tone,
    ear: {
      announced: new Set(rows.filter((row) => !row.acknowledged).map(({ key }) => key)),
      soundedAt: tone === null ? ear.soundedAt : { ...ear.soundedAt, [tone]: now },
    },
  };
}
