// What can be chosen in a form: places as a tree in one list, departments, units, assignments.

import type { LiveUnit, Text } from '../live/protocol';
import type { Field, FieldKind } from './fields';

export interface Choice {
  value: string;
  text: Text;
  /** How deep it lies in the tree. */
  depth: number;
}

/** A tree deeper than this is broken data. */
const DEEPEST = 12;

/** Every place before those within it, by code. */
export function placeChoices(
  places: ReadonlyMap<string, Text>,
  parents: ReadonlyMap<string, string>,
): Choice[] {
  const children = new Map<string | null, string[]>();
  const known = new Set([...parents.keys(), ...parents.values()]);
  for (const code of [...known].sort()) {
    const parent = parents.get(code) ?? null;
    children.set(parent, [...(children.get(parent) ?? []), code]);
  }
  const below = (parent: string | null, depth: number): Choice[] =>
    depth > DEEPEST
      ? []
      : (children.get(parent) ?? []).flatMap((code) => [
          { value: code, text: places.get(code) ?? { zh: code, en: code }, depth },
          ...below(code, depth + 1),
        ]);
  return below(null, 0);
}

export const namedChoices = (names: ReadonlyMap<string, Text>): Choice[] =>
  [...names].map(([value, text]) => ({ value, text, depth: 0 }));

/** Only units that can be sent. */
export const unitChoices = (units: Iterable<LiveUnit>): Choice[] =>
  [...units]
    .filter(({ state }) => state === 'AVAILABLE')
    .map(({ id, name }) => ({ value: id, text: name, depth: 0 }));

export type ChoicesByKind = Readonly<Partial<Record<FieldKind, readonly Choice[]>>>;

/** The choices of one field: its own, else those of its kind. */
export const choicesOf = (field: Field, byKind: ChoicesByKind): readonly Choice[] =>
  field.kind === 'CHOICE'
    ? (field.choices ?? []).map(({ name, titles }) => ({ value: name, text: titles, depth: 0 }))
    : (byKind[field.kind] ?? []);
