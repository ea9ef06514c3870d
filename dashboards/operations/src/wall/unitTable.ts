// Units counted by department and by what they are doing.

import type { LiveUnit, UnitState } from '../live/protocol';

/** In the order in which a unit goes through them. */
export const UNIT_STATES: readonly UnitState[] = [
  'AVAILABLE',
  'ASSIGNED',
  'EN_ROUTE',
  'ON_SCENE',
  'RETURNING',
  'OUT_OF_SERVICE',
];

export interface UnitLine {
  department: string;
  counts: Readonly<Record<UnitState, number>>;
  all: number;
}

const none = (): Record<UnitState, number> => ({
  AVAILABLE: 0,
  ASSIGNED: 0,
  EN_ROUTE: 0,
  ON_SCENE: 0,
  RETURNING: 0,
  OUT_OF_SERVICE: 0,
});

export function unitTable(units: Iterable<LiveUnit>): UnitLine[] {
  const counted = new Map<string, Record<UnitState, number>>();
  for (const unit of units) {
    const counts = counted.get(unit.department) ?? none();
    // A state that this console does not know yet is no reason to miscount the others.
    if (unit.state in counts) counts[unit.state] += 1;
    counted.set(unit.department, counts);
  }
  return [...counted]
    .map(([department, counts]) => ({
      department,
      counts,
      all: Object.values(counts).reduce((sum, n) => sum + n, 0),
    }))
    .sort((a, b) => (a.department < b.department ? -1 : 1));
}
