// Cases that have left the live picture: a closed case named by a colleague's link is fetched once and
// shown like the others.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { graphql, type ResultOf } from '../graphql/tada';
import { useFeed, world } from '../live/feed';
import type { LiveCase, Severity } from '../live/protocol';

const archivedCase = graphql(`
  query ConsoleArchivedCase($id: ID!) {
    case(id: $id) {
      key
      number
      kind
      version
      state
      status
      titles { zh en }
      severity
      openedAt
      changedAt
      place { code }
      location { lon lat }
      responsible { name }
      acknowledgedBy { kind name }
      alerts { key }
      assignments { id state unit { key } unitNames { zh en } assignedAt releasedAt }
      clocks {
        name
        titles { zh en }
        counts
        startedAt
        dueAt
        atRiskAt
        stoppedAt
        breachedAt
      }
      verified
      rework
      bounces
      escalation
      escalatedAt
      exercise
    }
  }
`);

type Archived = NonNullable<ResultOf<typeof archivedCase>['case']>;

/** By the id it was asked for; `null`: there is no such case. */
const archive = createStore<{ cases: ReadonlyMap<string, LiveCase | null> }>()(() => ({
  cases: new Map(),
}));

/** The case as the stream has it, else as it was fetched. */
export const caseOf = (id: string): LiveCase | undefined =>
  world.cases.get(id) ?? archive.getState().cases.get(id) ?? undefined;

/** The same for components: fetches what the stream does not have, once there is a stream. */
export function useCase(id: string | null): LiveCase | undefined {
  useFeed((feed) => feed.revision.cases);
  const ready = useFeed((feed) => feed.synced);
  useStore(archive);
  const missing = id !== null && ready && caseOf(id) === undefined;
  useEffect(() => {
    if (missing && id !== null && !archive.getState().cases.has(id)) void fetchArchived(id);
  }, [missing, id]);
  return id === null ? undefined : caseOf(id);
}

async function fetchArchived(id: string): Promise<void> {
  const answer = await ask(archivedCase, { id });
  if (!answer.ok) return;
  const found = answer.data.case ? asLive(answer.data.case) : null;
  archive.setState({ cases: new Map(archive.getState().cases).set(id, found) });
}

function asLive(found: Archived): LiveCase {
  const { key, titles, place, location, responsible, alerts, assignments, clocks, ...rest } = found;
  return {
    ...rest,
    id: key,
    title: titles,
    severity: found.severity as Severity,
    place: place?.code ?? null,
    lon: location?.lon ?? null,
    lat: location?.lat ?? null,
    responsible: responsible?.name ?? null,
    alerts: alerts.map((alert) => alert.key),
    assignments: assignments.map((one) => ({
      id: one.id,
      state: one.state,
      unit: one.unit?.key ?? '',
      unitName: one.unitNames,
      since: one.releasedAt ?? one.assignedAt,
    })),
    clocks: clocks.map(({ name, titles: title, ...clock }) => ({ ...clock, id: name, title })),
  };
}
