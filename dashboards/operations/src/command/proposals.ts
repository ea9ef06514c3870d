// Which units to send: free ones first, of the kind the rule proposes, the nearest first. Those that
// are not free are listed after them with what they are doing, so that nobody has to ask around.

import type { LiveCase, LiveUnit } from '../live/protocol';
import { distance } from './assignment';

export interface Proposal {
  unit: LiveUnit;
  metres: number | null;
  /** It is the kind that the alert's rule proposes. */
  suits: boolean;
  /** It belongs to the department that answers for the case. */
  own: boolean;
  /** It can be assigned now. */
  free: boolean;
}

/** Sooner free comes first among those that are not. */
const SOON: Readonly<Record<LiveUnit['state'], number>> = {
  AVAILABLE: 0,
  RETURNING: 1,
  ON_SCENE: 2,
  EN_ROUTE: 3,
  ASSIGNED: 4,
  OUT_OF_SERVICE: 5,
};

type Wanted = Pick<LiveCase, 'lon' | 'lat' | 'suggestedUnit' | 'responsible'>;

export function proposals(units: Iterable<LiveUnit>, item: Wanted): Proposal[] {
  return [...units]
    .map((unit) => ({
      unit,
      metres: distance(item, unit),
      suits: item.suggestedUnit != null && unit.kind === item.suggestedUnit,
      own: item.responsible != null && unit.department === item.responsible,
      free: unit.state === 'AVAILABLE',
    }))
    .sort(byFitness);
}

function byFitness(a: Proposal, b: Proposal): number {
  return (
    Number(b.free) - Number(a.free) ||
    Number(b.suits) - Number(a.suits) ||
    (a.free ? 0 : SOON[a.unit.state] - SOON[b.unit.state]) ||
    (a.metres ?? Number.POSITIVE_INFINITY) - (b.metres ?? Number.POSITIVE_INFINITY) ||
    Number(b.own) - Number(a.own) ||
    (a.unit.id < b.unit.id ? -1 : 1)
  );
}

/** Units whose name, kind or department holds what was typed. */
export function found(
  list: readonly Proposal[],
  text: string,
  words: (unit: LiveUnit) => readonly string[],
): Proposal[] {
  const wanted = text.trim().toLowerCase();
  return list.filter(
    ({ unit }) => wanted === '' || words(unit).some((word) => word.toLowerCase().includes(wanted)),
  );
}
