// All places for a form's list. The console's names know two levels; a form wants those below them
// too, and on a screen without a map nobody else has told them.

import { useEffect } from 'react';
import { ask } from '../graphql/client';
import { graphql } from '../graphql/tada';
import { learnParents, learnPlaces, names, useNames } from '../view/names';

const placesBelow = graphql(`
  query ConsolePlacesBelow($parent: ID!) {
    places(parent: $parent) { code names { zh en } children { code names { zh en } } }
  }
`);

const asked = new Set<string>();

async function learnBelow(root: string): Promise<void> {
  asked.add(root);
  const answer = await ask(placesBelow, { parent: root });
  if (!answer.ok) {
    // The next form asks again.
    asked.delete(root);
    return;
  }
  const { places } = answer.data;
  learnPlaces(
    places.flatMap((place) =>
      [place, ...place.children].map((one) => [one.code, one.names] as const),
    ),
  );
  learnParents(
    places.flatMap(({ code, children }) => [
      [code, root] as const,
      ...children.map((child) => [child.code, code] as const),
    ]),
  );
}

/** Asks for what lies below each root of the tree, once. */
export function usePlacesBelow(): void {
  const { parents } = useNames();
  useEffect(() => {
    const known = names.getState().parents;
    const roots = [...new Set(parents.values())].filter((code) => !known.has(code));
    for (const root of roots) if (!asked.has(root)) void learnBelow(root);
  }, [parents]);
}
