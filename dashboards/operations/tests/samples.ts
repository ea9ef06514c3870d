// Small alerts, cases and units for tests; each test changes what it is about.

import type { LiveAlert, LiveCase, LiveUnit } from '../src/live/protocol';

export const NOW = Date.parse('2026-11-24T08:00:00.000Z');
export const at = (ms: number): string => new Date(NOW + ms).toISOString();

const title = { zh: '积水', en: 'Flooding' };

export const anAlert = (id: string, more: Partial<LiveAlert> = {}): LiveAlert => ({
  id,
  fingerprint: `f-${id}`,
  rule: { id: 'flooding', title },
  severity: 2,
  status: 'FIRING',
  title,
  raisedAt: at(-60_000),
  changedAt: at(-60_000),
  eventCount: 3,
  departments: ['roads'],
  exercise: false,
  ...more,
});

export const aCase = (id: string, more: Partial<LiveCase> = {}): LiveCase => ({
  id,
  number: `C-${id}`,
  kind: 'city',
  version: 1,
  state: 'REPORTED',
  status: 'REPORTED',
  title,
  severity: 2,
  openedAt: at(-60_000),
  changedAt: at(-60_000),
  acknowledgedBy: null,
  alerts: [],
  assignments: [],
  clocks: [],
  verified: false,
  rework: 0,
  bounces: 0,
  exercise: false,
  ...more,
});

export const aUnit = (id: string, more: Partial<LiveUnit> = {}): LiveUnit => ({
  id,
  name: { zh: id, en: id },
  department: 'fire',
  kind: 'engine',
  state: 'AVAILABLE',
  lon: 121.5,
  lat: 31,
  case: null,
  version: 1,
  ...more,
});
