// How far it is to a case, and which of its units an order is about.

import type { LiveAssignment, LiveCase } from '../live/protocol';

const EARTH_M = 6_371_000;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

type Place = { lon?: number | null; lat?: number | null };

/** Metres between two places; `null` when either is unknown. */
export function distance(a: Place, b: Place): number | null {
  if (a.lon == null || a.lat == null || b.lon == null || b.lat == null) return null;
  const dLat = radians(b.lat - a.lat);
  const dLon = radians(b.lon - a.lon);
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(h));
}

/** The assignment that `e` moves: the first that has not yet left. */
export const toLeave = (item: LiveCase): LiveAssignment | undefined =>
  item.assignments.find(({ state }) => state === 'ASSIGNED');

/** The assignment that `o` moves: the first that is under way, else the first that is assigned. */
export const toArrive = (item: LiveCase): LiveAssignment | undefined =>
  item.assignments.find(({ state }) => state === 'EN_ROUTE') ?? toLeave(item);
