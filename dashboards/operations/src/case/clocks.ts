// A case's time limits against the present moment. The screen counts; the hub decides the breach.

import type { LiveCase, LiveClock } from '../live/protocol';

export type ClockFace = 'running' | 'risk' | 'over' | 'paused' | 'met' | 'late';

export interface ClockReading {
  clock: LiveClock;
  face: ClockFace;
  /** Ms left, negative when over; for stopped clocks the time taken. */
  left: number;
}

/** The clock that a case's acknowledgement stops. */
export const isAckClock = (name: string): boolean => /ack/i.test(name);

/** Where the hub predicts nothing, a clock in its last quarter counts as at risk. */
const LAST_QUARTER = 0.25;

const moment = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

export function readClock(clock: LiveClock, now: number): ClockReading {
  const started = Date.parse(clock.startedAt);
  const stopped = moment(clock.stoppedAt);
  const breached = moment(clock.breachedAt);
  // Once breached, a clock has no due time any more: the breach tells when it was.
  const due = moment(clock.dueAt) ?? breached;
  if (stopped !== null) {
    const late = breached !== null || (due !== null && stopped > due);
    return { clock, face: late ? 'late' : 'met', left: stopped - started };
  }
  if (due === null) return { clock, face: 'paused', left: clock.limitMs ?? 0 };
  const left = due - now;
  if (left < 0 || breached !== null) return { clock, face: 'over', left: Math.min(left, 0) };
  const riskFrom = moment(clock.atRiskAt) ?? due - (due - started) * LAST_QUARTER;
  return { clock, face: now > riskFrom ? 'risk' : 'running', left };
}

/** The running clock that is due first. */
export function worstClock(item: LiveCase, now: number): ClockReading | null {
  const running = item.clocks
    .map((clock) => readClock(clock, now))
    .filter(({ face }) => face === 'running' || face === 'risk' || face === 'over')
    .sort((a, b) => a.left - b.left);
  return running[0] ?? null;
}
