// The choices of the form that is open, from the live picture and the hub's names.

import { useMemo } from 'react';
import { useFeed, world } from '../live/feed';
import type { Text } from '../live/protocol';
import { useNames } from '../view/names';
import { type ChoicesByKind, namedChoices, placeChoices, unitChoices } from './choices';
import { usePlacesBelow } from './places';

interface Assignment {
  id: string;
  unitNames: Text;
  releasedAt: string | null;
}

const NONE: readonly Assignment[] = [];

export function useChoices(assignments: readonly Assignment[] = NONE): ChoicesByKind {
  usePlacesBelow();
  const { places, parents, departments } = useNames();
  const units = useFeed((feed) => feed.revision.units);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the units changed in place.
  return useMemo(
    () => ({
      PLACE: placeChoices(places, parents),
      DEPARTMENT: namedChoices(departments),
      UNIT: unitChoices(world.units.values()),
      ASSIGNMENT: assignments
        .filter(({ releasedAt }) => releasedAt === null)
        .map(({ id, unitNames }) => ({ value: id, text: unitNames, depth: 0 })),
    }),
    [places, parents, departments, units, assignments],
  );
}
