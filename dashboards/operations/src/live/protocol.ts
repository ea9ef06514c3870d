// The live protocol's frames as the hub sends them: JSON text, told apart by `type`.
// The console reads what it knows and ignores the rest, so that the hub may add fields.

/** A text in both languages of the console. */
export interface Text {
  zh: string;
  en: string;
}

export type Severity = 1 | 2 | 3 | 4;
export type AlertStatus = 'PENDING' | 'FIRING' | 'RESOLVED';
export type CaseStatus =
  | 'REPORTED'
  | 'ESTABLISHED'
  | 'DISPATCHED'
  | 'IN_PROGRESS'
  | 'VERIFYING'
  | 'CLOSED'
  | 'SUSPENDED'
  | 'VOIDED';
export type UnitState =
  | 'AVAILABLE'
  | 'ASSIGNED'
  | 'EN_ROUTE'
  | 'ON_SCENE'
  | 'RETURNING'
  | 'OUT_OF_SERVICE';

export interface LiveAlert {
  id: string;
  fingerprint: string;
  rule: { id: string; title: Text; sop?: Text | null };
  severity: Severity;
  status: AlertStatus;
  title: Text;
  place?: string | null;
  lon?: number | null;
  lat?: number | null;
  raisedAt: string;
  changedAt: string;
  resolvedAt?: string | null;
  eventCount: number;
  departments: string[];
  /** Why it fired, in words. */
  explanation?: Text | null;
  exercise: boolean;
}

export interface LiveAssignment {
  id: string;
  unit: string;
  unitName?: Text | null;
  state: 'ASSIGNED' | 'EN_ROUTE' | 'ON_SCENE' | 'RELEASED';
  since?: string;
}

export interface LiveClock {
  id: string;
  title: Text;
  startedAt: string;
  /** What the limit is counted in. */
  counts?: 'WALL' | 'WORKING_HOURS' | 'WORKING_DAYS' | null;
  /** Absent while paused, and once stopped or breached. */
  dueAt?: string | null;
  /** From when the hub predicts that the limit will be missed. */
  atRiskAt?: string | null;
  /** The time allowed, in ms. */
  limitMs?: number | null;
  stoppedAt?: string | null;
  breachedAt?: string | null;
}

export interface LiveCase {
  id: string;
  number: string;
  kind: string;
  version: number;
  state: string;
  status: CaseStatus;
  title: Text;
  severity: Severity;
  openedAt: string;
  changedAt: string;
  place?: string | null;
  lon?: number | null;
  lat?: number | null;
  responsible?: string | null;
  acknowledgedBy?: { kind: string; name: string } | null;
  alerts: string[];
  assignments: LiveAssignment[];
  clocks: LiveClock[];
  verified: boolean;
  /** What to do, by the gravest alert's rule. */
  sop?: Text | null;
  /** Kind of unit that rule proposes. */
  suggestedUnit?: string | null;
  rework: number;
  bounces: number;
  /** 1: the supervisor has been called in. */
  escalation?: number | null;
  escalatedAt?: string | null;
  exercise: boolean;
}

export interface LiveUnit {
  id: string;
  name: Text;
  department: string;
  kind: string;
  state: UnitState;
  lon?: number | null;
  lat?: number | null;
  case?: string | null;
  version: number;
}

/** The latest state of a thing on the map: an incident, an outage, a closure. */
export interface LiveEntity {
  id: string;
  type: string;
  department: string;
  title: Text;
  level?: Severity | null;
  lon?: number | null;
  lat?: number | null;
  time: string;
  ended: boolean;
}

export interface LiveEvent {
  id: string;
  type: string;
  department: string;
  title: Text;
  level?: Severity | null;
  time: string;
  place?: string | null;
  lon?: number | null;
  lat?: number | null;
  exercise: boolean;
}

export interface LiveSource {
  id: string;
  department: string;
  state: 'live' | 'silent' | 'dead';
  lastEventAt?: string | null;
  lagMs?: number | null;
  perMinute?: number | null;
  /** The hub has not read this source on: nothing can be said about its silence. */
  behind?: boolean | null;
}

export interface Collections {
  alerts: LiveAlert[];
  cases: LiveCase[];
  units: LiveUnit[];
  entities: LiveEntity[];
}

export interface Hello {
  type: 'hello';
  v: 1;
  topics: string[];
  maxHz: number;
  resume?: { epoch: string; cursor: string };
}

export interface Welcome {
  type: 'welcome';
  epoch: string;
  serverTime: string;
  heartbeatMs: number;
  mode: 'resume' | 'snapshot';
  buildId?: string;
}

export interface Snapshot extends Partial<Collections> {
  type: 'snapshot';
  chunk: number;
  last: boolean;
  cursor: string;
  /** Newest events, for the ticker. */
  events?: LiveEvent[];
}

export interface Delta {
  type: 'delta';
  epoch: string;
  from: string;
  to: string;
  ts: string;
  upsert?: Partial<Collections>;
  remove?: { [K in keyof Collections]?: string[] };
  events?: LiveEvent[];
}

export interface Beat {
  type: 'beat';
  cursor: string;
  ts: string;
  sources: LiveSource[];
  behind?: boolean;
}

export interface Reset {
  type: 'reset';
  reason: string;
}

export interface Bye {
  type: 'bye';
  code: string | number;
  retryAfterMs?: number;
}

export type Frame = Welcome | Snapshot | Delta | Beat | Reset | Bye;

const TYPES = new Set(['welcome', 'snapshot', 'delta', 'beat', 'reset', 'bye']);

/** Reads one frame; `null` for anything that is not one. */
export function parseFrame(raw: unknown): Frame | null {
  if (typeof raw !== 'string') return null;
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value !== 'object' || value === null || !('type' in value)) return null;
    return TYPES.has(String(value.type)) ? (value as Frame) : null;
  } catch {
    return null;
  }
}
