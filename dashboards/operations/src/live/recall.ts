// The newest events from before the console was opened: the live stream tells only what comes.

import { ask } from '../graphql/client';
import { graphql } from '../graphql/tada';
import { recallEvents } from './feed';
import type { LiveEvent, Severity } from './protocol';

const newestEvents = graphql(`
  query ConsoleEvents {
    events(first: 20) {
      nodes {
        source
        eventId
        type
        department { name }
        titles { zh en }
        severity
        eventTime
        place { code }
        location { lon lat }
        exercise
      }
    }
  }
`);

const isSeverity = (level: number | null): level is Severity =>
  level !== null && level >= 1 && level <= 4;

export async function fetchNewestEvents(): Promise<void> {
  const answer = await ask(newestEvents, {});
  if (!answer.ok) return;
  recallEvents(
    answer.data.events.nodes.map(
      (node): LiveEvent => ({
        id: `${node.source}#${node.eventId}`,
        type: node.type,
        department: node.department.name,
        title: node.titles,
        level: isSeverity(node.severity) ? node.severity : null,
        time: node.eventTime,
        place: node.place?.code ?? null,
        lon: node.location?.lon ?? null,
        lat: node.location?.lat ?? null,
        exercise: node.exercise,
      }),
    ),
  );
}
