// The vital signs of the position, computed from the live picture alone.

import { isAckClock, readClock } from '../case/clocks';
import type { LiveAlert, LiveCase, LiveSource, LiveUnit } from '../live/protocol';
import { isOpen, type Row } from '../queue/rows';

/** EEMUA 191: at most 1 in 10 minutes is steady, 2 manageable, from 10 on it is a flood. */
export type RateBand = 'steady' | 'busy' | 'high' | 'flood';

export const RATE_WINDOW_MS = 600_000;
export const FLOOD_FROM = 10;

export function alertRate(alerts: Iterable<LiveAlert>, now: number): { n: number; band: RateBand } {
  let n = 0;
  for (const alert of alerts) {
    // What still waits for its condition to last has been announced to nobody.
    if (alert.status === 'PENDING') continue;
    const at = Date.parse(alert.raisedAt);
    if (at > now - RATE_WINDOW_MS && at <= now) n += 1;
  }
  const band = n <= 1 ? 'steady' : n <= 2 ? 'busy' : n < FLOOD_FROM ? 'high' : 'flood';
  return { n, band };
}

export const unackedCritical = (rows: readonly Row[]): number =>
  rows.filter((row) => row.severity === 1 && !row.acknowledged).length;

export function openCases(cases: Iterable<LiveCase>, now: number): { n: number; breached: number } {
  let n = 0;
  let breached = 0;
  for (const item of cases) {
    if (!isOpen(item)) continue;
    n += 1;
    if (item.clocks.some((clock) => readClock(clock, now).face === 'over')) breached += 1;
  }
  return { n, breached };
}

export interface TimeToAck {
  /** Mean time from a case's start to its acknowledgement; `null` while none was acknowledged. */
  mean: number | null;
  /** What the catalog wants the mean to be at most; `null` where it says nothing. */
  target: number | null;
  over: boolean;
}

/**
 * How fast cases are taken up. Where the catalog has a target, only the kinds it speaks of count: the
 * others have other clocks, and would be held against a target that was never theirs.
 */
export function timeToAck(
  cases: Iterable<LiveCase>,
  targets: ReadonlyMap<string, number>,
): TimeToAck {
  let count = 0;
  let taken = 0;
  let allowed = 0;
  for (const item of cases) {
    if (targets.size > 0 && !targets.has(item.kind)) continue;
    const clock = item.clocks.find(({ id }) => isAckClock(id));
    if (!clock?.stoppedAt) continue;
    count += 1;
    taken += Date.parse(clock.stoppedAt) - Date.parse(clock.startedAt);
    allowed += targets.get(item.kind) ?? 0;
  }
  if (targets.size === 0) {
    return { mean: count === 0 ? null : taken / count, target: null, over: false };
  }
  if (count === 0) return { mean: null, target: Math.min(...targets.values()), over: false };
  return { mean: taken / count, target: allowed / count, over: taken > allowed };
}

export function unitsFree(units: Iterable<LiveUnit>): { free: number; all: number } {
  let free = 0;
  let all = 0;
  for (const unit of units) {
    all += 1;
    if (unit.state === 'AVAILABLE') free += 1;
  }
  return { free, all };
}

export interface DepartmentSign {
  department: string;
  /**
   * `never`: nothing has been heard since the hub began to listen; no news, not an alarm.
   * `behind`: the hub has not read on, so that nothing can be said about silence.
   */
  state: LiveSource['state'] | 'never' | 'behind';
  lastEventAt: number | null;
  perMinute: number;
}

const WORSE: Record<DepartmentSign['state'], number> = {
  never: 0,
  live: 1,
  silent: 2,
  dead: 3,
  behind: 4,
};

/** One sign per department: the worst of its feeds, the newest of their events. */
export function departmentSigns(sources: readonly LiveSource[]): DepartmentSign[] {
  const byName = new Map<string, DepartmentSign>();
  for (const source of sources) {
    const at = source.lastEventAt ? Date.parse(source.lastEventAt) : null;
    const state = source.behind ? 'behind' : at === null ? 'never' : source.state;
    const sign = byName.get(source.department);
    if (!sign) {
      byName.set(source.department, {
        department: source.department,
        state,
        lastEventAt: at,
        perMinute: source.perMinute ?? 0,
      });
      continue;
    }
    if (WORSE[state] > WORSE[sign.state]) sign.state = state;
    if (at !== null && at > (sign.lastEventAt ?? 0)) sign.lastEventAt = at;
    sign.perMinute += source.perMinute ?? 0;
  }
  return [...byName.values()].sort((a, b) => (a.department < b.department ? -1 : 1));
}

interface Judged {
  state: 'NORMAL' | 'WATCH' | 'BAD' | 'UNKNOWN';
}

const GRAVITY: Record<Judged['state'], number> = { NORMAL: 0, UNKNOWN: 1, WATCH: 2, BAD: 3 };

/** The sign that wants to be seen when there is room for one: the gravest, else the catalog's first. */
export function gravestSign<S extends Judged>(signs: readonly S[]): S | null {
  let found: S | null = null;
  for (const sign of signs) {
    if (found === null || GRAVITY[sign.state] > GRAVITY[found.state]) found = sign;
  }
  return found;
}
