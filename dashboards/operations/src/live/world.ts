// What the console knows of the city, folded from live frames.
// The maps change in place, so that a thousand updates a second cost no copies; `revision` tells
// readers which collection changed. Nothing here reads a clock or a socket.

import type {
  Collections,
  Delta,
  LiveAlert,
  LiveCase,
  LiveEntity,
  LiveEvent,
  LiveUnit,
  Snapshot,
} from './protocol';

/** The ticker keeps this many of the newest events; the archive has the rest. */
export const TICKER_MAX = 60;

type Name = keyof Collections;
const NAMES: readonly Name[] = ['alerts', 'cases', 'units', 'entities'];

interface Maps {
  alerts: Map<string, LiveAlert>;
  cases: Map<string, LiveCase>;
  units: Map<string, LiveUnit>;
  entities: Map<string, LiveEntity>;
}

export type Revision = Record<Name | 'events', number>;

/** What a frame did to the world. A `gap` means: resume or ask for a snapshot. */
export type Outcome = 'applied' | 'staged' | 'repeat' | 'gap';

export interface World extends Maps {
  epoch: string | null;
  cursor: string | null;
  events: LiveEvent[];
  revision: Revision;
  /** `from` of the delta applied last, by which a repeated frame is known. */
  lastFrom: string | null;
  staging: (Maps & { chunk: number; events: LiveEvent[] }) | null;
}

const emptyMaps = (): Maps => ({
  alerts: new Map(),
  cases: new Map(),
  units: new Map(),
  entities: new Map(),
});

export const emptyWorld = (): World => ({
  ...emptyMaps(),
  epoch: null,
  cursor: null,
  events: [],
  revision: { alerts: 0, cases: 0, units: 0, entities: 0, events: 0 },
  lastFrom: null,
  staging: null,
});

/** The hub will send a snapshot: until its last chunk is here, the old picture stays. */
export function expectSnapshot(world: World, epoch: string): void {
  world.epoch = epoch;
  world.cursor = null;
  world.lastFrom = null;
  world.staging = { ...emptyMaps(), chunk: 0, events: [] };
}

export function applySnapshot(world: World, frame: Snapshot): Outcome {
  const staging = world.staging;
  if (!staging) return world.cursor === frame.cursor ? 'repeat' : 'gap';
  if (frame.chunk < staging.chunk) return 'repeat';
  if (frame.chunk > staging.chunk) return 'gap';
  staging.chunk += 1;
  for (const name of NAMES) put(staging, name, frame[name]);
  staging.events.push(...(frame.events ?? []));
  if (!frame.last) return 'staged';
  for (const name of NAMES) {
    replace(world, name, staging);
    world.revision[name] += 1;
  }
  // A snapshot need not tell the newest events again: what is known of them stays.
  world.events = newest([...staging.events, ...world.events]);
  world.revision.events += 1;
  world.cursor = frame.cursor;
  world.staging = null;
  return 'applied';
}

export function applyDelta(world: World, frame: Delta): Outcome {
  if (world.staging || world.cursor === null || frame.epoch !== world.epoch) return 'gap';
  if (frame.from !== world.cursor) {
    const seen = frame.to === world.cursor && frame.from === world.lastFrom;
    return seen ? 'repeat' : 'gap';
  }
  for (const name of NAMES) {
    const upserts = frame.upsert?.[name];
    const removes = frame.remove?.[name];
    put(world, name, upserts);
    for (const id of removes ?? []) world[name].delete(id);
    if (upserts?.length || removes?.length) world.revision[name] += 1;
  }
  if (frame.events?.length) {
    world.events = newest([...frame.events, ...world.events]);
    world.revision.events += 1;
  }
  world.lastFrom = frame.from;
  world.cursor = frame.to;
  return 'applied';
}

function put(maps: Maps, name: Name, objects: Collections[Name] | undefined): void {
  const map = maps[name] as Map<string, { id: string }>;
  for (const object of objects ?? []) map.set(object.id, object);
}

function replace(world: World, name: Name, staging: Maps): void {
  const target = world[name] as Map<string, unknown>;
  target.clear();
  for (const [id, object] of staging[name]) target.set(id, object);
}

/** Events from before the console was opened, so that the ticker does not begin empty. */
export function recall(world: World, events: LiveEvent[]): void {
  world.events = newest([...world.events, ...events]);
  world.revision.events += 1;
}

/** Newest first, each once. */
function newest(events: LiveEvent[]): LiveEvent[] {
  const seen = new Set<string>();
  const unique = events.filter((event) => !seen.has(event.id) && seen.add(event.id));
  return unique.sort((a, b) => Date.parse(b.time) - Date.parse(a.time)).slice(0, TICKER_MAX);
}
