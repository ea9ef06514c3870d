// The queue's rows: open cases, and firing alerts that no case has taken up yet.
// Gravest first, not yet acknowledged before acknowledged, newest first. A pure function of the world.

import type { LiveAlert, LiveCase, Severity, Text } from '../live/protocol';
import type { Claims } from './claims';

export interface Row {
  /** `case:<id>` or `alert:<id>`: a row keeps its identity while everything else changes. */
  key: string;
  severity: Severity;
  title: Text;
  place: string | null;
  lon: number | null;
  lat: number | null;
  at: number;
  acknowledged: boolean;
  exercise: boolean;
  case: LiveCase | null;
  alert: LiveAlert | null;
  /** How many events or alerts stand behind it. */
  weight: number;
}

export const caseKey = (id: string): string => `case:${id}`;
export const alertKey = (id: string): string => `alert:${id}`;

export const isOpen = (item: LiveCase): boolean =>
  item.status !== 'CLOSED' && item.status !== 'VOIDED';

export function caseRow(item: LiveCase): Row {
  return {
    key: caseKey(item.id),
    severity: item.severity,
    title: item.title,
    place: item.place ?? null,
    lon: item.lon ?? null,
    lat: item.lat ?? null,
    at: Date.parse(item.openedAt),
    acknowledged: item.acknowledgedBy != null,
    exercise: item.exercise,
    case: item,
    alert: null,
    weight: item.alerts.length,
  };
}

export function alertRow(item: LiveAlert): Row {
  return {
    key: alertKey(item.id),
    severity: item.severity,
    title: item.title,
    place: item.place ?? null,
    lon: item.lon ?? null,
    lat: item.lat ?? null,
    at: Date.parse(item.raisedAt),
    acknowledged: false,
    exercise: item.exercise,
    case: null,
    alert: item,
    weight: item.eventCount,
  };
}

export function queueRows(
  cases: Iterable<LiveCase>,
  alerts: Iterable<LiveAlert>,
  claims: Claims,
): Row[] {
  const taken = new Set(claims.taken);
  const rows: Row[] = [];
  for (const item of cases) {
    for (const alert of item.alerts) taken.add(alert);
    if (isOpen(item)) rows.push(caseRow(item));
  }
  for (const alert of alerts) {
    const free = claims.free.has(alert.id) && !taken.has(alert.id);
    if (free && alert.status === 'FIRING') rows.push(alertRow(alert));
  }
  return rows.sort(byUrgency);
}

export function byUrgency(a: Row, b: Row): number {
  return (
    a.severity - b.severity ||
    Number(a.acknowledged) - Number(b.acknowledged) ||
    b.at - a.at ||
    (a.key < b.key ? -1 : 1)
  );
}
