// Past events and alerts for the timeline. Asked of the hub when the reach changes and now and then;
// what came since is added from the live picture, so that the newest column is never behind.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { graphql } from '../graphql/tada';
import { clock, world } from '../live/feed';
import type { Severity } from '../live/protocol';
import type { Reach } from '../view/address';
import { frame, type Moment, REACH } from './buckets';

interface History {
  reach: Reach | null;
  /** Up to when the hub's figures reach. */
  until: number;
  events: readonly Moment[];
  alerts: ReadonlyMap<string, Moment>;
  /** The hub had more alerts than it tells at once: only those since then are counted. */
  alertsSince: number | null;
  failed: string | null;
}

/** The finer the columns, the sooner they are out of date. */
const AGAIN_MS: Readonly<Record<Reach, number>> = { hour: 60_000, day: 300_000, week: 900_000 };
/** After an answer that did not come. */
const RETRY_MS = 15_000;

const historyQuery = graphql(`
  query ConsoleHistory($from: DateTime!, $to: DateTime!, $stretch: Duration!) {
    eventStatistics(
      filter: { from: $from, to: $to }
      groupBy: [SEVERITY]
      interval: $stretch
      measures: [COUNT]
      limit: 1000
    ) { from severity count }
    alerts(filter: { from: $from, to: $to }, first: 300) {
      nodes { key raisedAt severity }
      pageInfo { hasNextPage }
    }
  }
`);

const history = createStore<History>()(() => ({
  reach: null,
  until: 0,
  events: [],
  alerts: new Map(),
  alertsSince: null,
  failed: null,
}));

const levelOf = (severity: number | null): Severity | null =>
  severity !== null && severity >= 1 && severity <= 4 ? (severity as Severity) : null;

async function fetchHistory(reach: Reach): Promise<boolean> {
  const { now } = clock.getState();
  const { from } = frame(reach, now);
  const answer = await ask(historyQuery, {
    from: new Date(from).toISOString(),
    to: new Date(now).toISOString(),
    stretch: REACH[reach].iso,
  });
  if (!answer.ok) {
    history.setState({ failed: answer.reason });
    return false;
  }
  const { eventStatistics, alerts } = answer.data;
  const oldest = alerts.nodes.at(-1)?.raisedAt;
  history.setState({
    reach,
    until: now,
    failed: null,
    alertsSince: alerts.pageInfo.hasNextPage && oldest ? Date.parse(oldest) : null,
    events: eventStatistics.flatMap(({ from: at, severity, count }) =>
      at === null ? [] : [{ at: Date.parse(at), level: levelOf(severity), n: count }],
    ),
    alerts: new Map(
      alerts.nodes.map(({ key, raisedAt, severity }) => [
        key,
        { at: Date.parse(raisedAt), level: levelOf(severity) },
      ]),
    ),
  });
  return true;
}

/** Keeps the figures of a reach up to date while the timeline is on the screen. */
export function useHistory(reach: Reach): History {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const again = async () => {
      const came = await fetchHistory(reach);
      if (!over) timer = setTimeout(() => void again(), came ? AGAIN_MS[reach] : RETRY_MS);
    };
    void again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [reach]);
  return useStore(history);
}

/** The hub's figures and what the live picture has seen since. */
export function moments(past: History, reach: Reach): { events: Moment[]; alerts: Moment[] } {
  const known = past.reach === reach;
  const events = known ? [...past.events] : [];
  for (const { time, level } of world.events) {
    const at = Date.parse(time);
    if (!known || at > past.until) events.push({ at, level: level ?? null });
  }
  const alerts = new Map(known ? past.alerts : []);
  for (const { id, raisedAt, severity } of world.alerts.values()) {
    alerts.set(id, { at: Date.parse(raisedAt), level: severity });
  }
  return { events, alerts: [...alerts.values()] };
}
