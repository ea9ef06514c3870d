// The live picture as stores outside React: the socket writes as often as it likes, React reads at
// most a few times a second, and one clock tick drives every relative time on the screen.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { LiveConnection, type Socket } from './connection';
import { type Freshness, freshness } from './freshness';
import type { LiveEvent, LiveSource } from './protocol';
import { type Revision, recall } from './world';

/** React commits at most this often for live changes; a first change after a pause is shown at once. */
const COMMIT_MS = 250;
const TICK_MS = 1_000;

export interface Feed {
  revision: Revision;
  sources: LiveSource[];
  behind: boolean;
  freshness: Freshness;
  heardAt: number | null;
  attempts: number;
  skewMs: number;
  /** Names the console's build that the hub serves. */
  buildId: string | null;
  /** Something was heard. */
  ready: boolean;
  /** The picture is whole: a snapshot has come, nothing is missing. */
  synced: boolean;
}

const url = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`;

/** Set by the session: asks the hub whether the session still holds. */
export const refusal = { ask: () => {} };

const connection = new LiveConnection({
  open: () => new WebSocket(url()) as unknown as Socket,
  now: () => Date.now(),
  random: () => Math.random(),
  later: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  onRefused: () => refusal.ask(),
  onChange: () => scheduleCommit(),
});

export const world = connection.world;

const read = (): Feed => ({
  revision: { ...world.revision },
  sources: connection.sources,
  behind: connection.behind,
  freshness: freshness(connection.hearing, Date.now()),
  heardAt: connection.hearing.heardAt,
  attempts: connection.attempts,
  skewMs: connection.skewMs,
  buildId: connection.buildId,
  synced: world.cursor !== null,
  ready: world.cursor !== null || connection.hearing.heardAt !== null,
});

export const feed = createStore<Feed>()(() => read());

/** The hub's time, in ms, once a second. */
export const clock = createStore<{ now: number }>()(() => ({ now: Date.now() }));

let committedAt = 0;
let commitTimer: ReturnType<typeof setTimeout> | null = null;

function commit(): void {
  commitTimer = null;
  committedAt = Date.now();
  feed.setState(read());
}

function scheduleCommit(): void {
  if (commitTimer !== null) return;
  const wait = committedAt + COMMIT_MS - Date.now();
  if (wait <= 0) commit();
  else commitTimer = setTimeout(commit, wait);
}

/** Adds events that are older than the stream. */
export function recallEvents(events: LiveEvent[]): void {
  recall(world, events);
  scheduleCommit();
}

/** Begins to listen; the answer stops it. */
export function startFeed(): () => void {
  connection.start();
  const tick = setInterval(() => {
    connection.check();
    clock.setState({ now: Date.now() + connection.skewMs });
    feed.setState(read());
  }, TICK_MS);
  const wake = () => connection.wake();
  const visible = () => document.visibilityState === 'visible' && wake();
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', visible);
  return () => {
    clearInterval(tick);
    removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', visible);
    connection.stop();
  };
}

export function useFeed<T>(select: (feed: Feed) => T): T {
  return useStore(feed, select);
}

export function useNow(): number {
  return useStore(clock, (state) => state.now);
}
