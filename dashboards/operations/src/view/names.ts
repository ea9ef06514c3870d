// Names for codes: places and departments. The base map brings the places it draws, the hub the rest.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { isAckClock } from '../case/clocks';
import type { Step } from '../case/Stepper';
import { ask } from '../graphql/client';
import { graphql } from '../graphql/tada';
import type { Text } from '../live/protocol';

export interface Middle {
  lon: number;
  lat: number;
}

interface Names {
  /** Where a place is, for marks that know no point. */
  middles: ReadonlyMap<string, Middle>;
  places: ReadonlyMap<string, Text>;
  /** English names of what the map draws, roads and rivers too, by the Chinese ones. */
  english: ReadonlyMap<string, string>;
  /** The place each place lies in. */
  parents: ReadonlyMap<string, string>;
  departments: ReadonlyMap<string, Text>;
  kinds: ReadonlyMap<string, Text>;
  /** The steps that cases of each kind go through. */
  courses: ReadonlyMap<string, readonly Step[]>;
  /** What the mean time to acknowledge a case should be at most, in ms, by its kind. */
  ackTargets: ReadonlyMap<string, number>;
}

export const names = createStore<Names>()(() => ({
  middles: new Map(),
  places: new Map(),
  english: new Map(),
  parents: new Map(),
  departments: new Map(),
  kinds: new Map(),
  courses: new Map(),
  ackTargets: new Map(),
}));

export const useNames = (): Names => useStore(names);

/** Titles of the kinds of cases, by name. */
export const useKinds = (): ReadonlyMap<string, Text> => useStore(names, ({ kinds }) => kinds);

/** Two levels of places: the hub prices depth, and the base map tells the rest. */
const namesQuery = graphql(`
  query ConsoleNames {
    departments { name titles { zh en } }
    caseKinds {
      name
      titles { zh en }
      states { name stage titles { zh en } }
      clocks { name meanTargetSeconds }
    }
    places { code names { zh en } children { code names { zh en } } }
  }
`);

export function learnPlaces(found: Iterable<readonly [string, Text]>): void {
  const learnt = [...found];
  const { places, english } = names.getState();
  names.setState({
    places: new Map([...places, ...learnt]),
    english: new Map([...english, ...learnt.map(([, { zh, en }]) => [zh, en] as const)]),
  });
}

/** Which place lies in which. */
export function learnParents(found: Iterable<readonly [string, string]>): void {
  names.setState({ parents: new Map([...names.getState().parents, ...found]) });
}

export function learnMiddles(found: Iterable<readonly [string, Middle]>): void {
  names.setState({ middles: new Map([...names.getState().middles, ...found]) });
}

interface Named {
  code: string;
  names: Text;
  children?: readonly Named[];
}

function flatten(places: readonly Named[]): (readonly [string, Text])[] {
  return places.flatMap((place) => [
    [place.code, place.names] as const,
    ...flatten(place.children ?? []),
  ]);
}

function parentsOf(places: readonly Named[]): (readonly [string, string])[] {
  return places.flatMap(({ code, children = [] }) => [
    ...children.map((child) => [child.code, code] as const),
    ...parentsOf(children),
  ]);
}

interface Measured {
  name: string;
  clocks: readonly { name: string; meanTargetSeconds: number | null }[];
}

/** A kind of which no mean is asked for has none. */
export function ackTargetOf({ name, clocks }: Measured): [kind: string, ms: number][] {
  const target = clocks.find((clock) => isAckClock(clock.name))?.meanTargetSeconds;
  return target == null ? [] : [[name, target * 1_000]];
}

export async function fetchNames(): Promise<void> {
  const answer = await ask(namesQuery, {});
  if (!answer.ok) return;
  const { departments, places, caseKinds } = answer.data;
  names.setState({
    departments: new Map(departments.map(({ name, titles }) => [name, titles])),
    kinds: new Map(caseKinds.map(({ name, titles }) => [name, titles])),
    courses: new Map(
      caseKinds.map(({ name, states }) => [
        name,
        states.map(({ name: state, stage, titles }) => ({ name: state, status: stage, titles })),
      ]),
    ),
    ackTargets: new Map(caseKinds.flatMap(ackTargetOf)),
  });
  learnPlaces(flatten(places));
  learnParents(parentsOf(places));
}
