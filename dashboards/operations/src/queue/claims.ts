// Which alerts a case has taken up, now or before. The live picture holds only cases that are open or
// have just been closed; an alert that goes on firing after its case was closed must not come back as
// new work. What the stream cannot tell is asked of the hub, and the alert waits for the answer.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { graphql } from '../graphql/tada';
import type { LiveAlert, LiveCase } from '../live/protocol';

export interface Claims {
  /** Alerts that belong to a case. */
  taken: ReadonlySet<string>;
  /** Alerts that were asked about and belong to none. */
  free: ReadonlySet<string>;
}

/** Routing opens a case within a moment: asking at once would ask about every alert. */
const ASK_AFTER_MS = 700;

const firingAlerts = graphql(`
  query ConsoleFiringAlerts {
    alerts(filter: { status: [FIRING] }, first: 300) { nodes { key cases { key } } }
  }
`);

export const claims = createStore<Claims>()(() => ({ taken: new Set(), free: new Set() }));

export const useClaims = (): Claims => useStore(claims);

/** Firing alerts of which nothing is known yet. */
export function unknownAlerts(
  alerts: Iterable<LiveAlert>,
  cases: Iterable<LiveCase>,
  { taken, free }: Claims,
): string[] {
  const live = new Set([...cases].flatMap((item) => item.alerts));
  return [...alerts]
    .filter(
      ({ id, status }) => status === 'FIRING' && !live.has(id) && !taken.has(id) && !free.has(id),
    )
    .map(({ id }) => id);
}

/** Remembers what live cases hold, and asks about the rest. */
export function useClaiming(alerts: Iterable<LiveAlert>, cases: Iterable<LiveCase>): void {
  const list = [...cases];
  const held = list.flatMap((item) => item.alerts);
  const unknown = unknownAlerts(alerts, list, claims.getState()).join('\n');
  const holding = held.join('\n');
  useEffect(() => {
    const { taken, free } = claims.getState();
    const more = holding === '' ? [] : holding.split('\n').filter((id) => !taken.has(id));
    if (more.length > 0) claims.setState({ taken: new Set([...taken, ...more]), free });
  }, [holding]);
  useEffect(() => {
    if (unknown === '') return;
    const timer = setTimeout(() => void askAbout(unknown.split('\n')), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [unknown]);
}

async function askAbout(ids: readonly string[]): Promise<void> {
  const answer = await ask(firingAlerts, {});
  const nodes = answer.ok ? answer.data.alerts.nodes : [];
  const found = new Set(nodes.filter((node) => node.cases.length > 0).map(({ key }) => key));
  const { taken, free } = claims.getState();
  claims.setState({
    taken: new Set([...taken, ...found]),
    // No answer is no reason to hide an alert.
    free: new Set([...free, ...ids.filter((id) => !found.has(id))]),
  });
}
