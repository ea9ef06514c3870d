// Which rows of the queue are wanted. A pure predicate; places count with all places below them.

import type { CaseStatus, LiveCase, Severity } from '../live/protocol';
import type { Row } from '../queue/rows';
import { SEVERITIES } from '../severity/palette';

/** From when to when, in ms. */
export interface Span {
  from: number;
  to: number;
}

export interface Filter {
  /** Words that must all be found in title, number or place name. */
  text: string;
  severities: readonly Severity[];
  departments: readonly string[];
  places: readonly string[];
  statuses: readonly CaseStatus[];
  kinds: readonly string[];
  /** Only what the operator has acknowledged. */
  mine: boolean;
  /** Only what nobody has acknowledged. */
  unseen: boolean;
  /** Only those for which the supervisor was called in. */
  escalated: boolean;
  /** Only what began in this time. */
  span: Span | null;
}

export const EVERYTHING: Filter = {
  text: '',
  severities: SEVERITIES,
  departments: [],
  places: [],
  statuses: [],
  kinds: [],
  mine: false,
  unseen: false,
  escalated: false,
  span: null,
};

/** Kind of a row that is an alert without a case. */
export const ALERT_KIND = 'alert';

export interface Surroundings {
  /** Who is at the desk. */
  operator: string | null;
  /** The place a place lies in. */
  parents: ReadonlyMap<string, string>;
  /** Names to search in, in every language. */
  placeNames: ReadonlyMap<string, { zh: string; en: string }>;
}

/** Parents are few; a loop in broken data must not hang the console. */
const DEEPEST = 12;

export function within(
  place: string | null,
  wanted: readonly string[],
  parents: ReadonlyMap<string, string>,
): boolean {
  let at: string | undefined = place ?? undefined;
  for (let n = 0; at !== undefined && n < DEEPEST; n += 1) {
    if (wanted.includes(at)) return true;
    at = parents.get(at);
  }
  return false;
}

const departmentsOf = (row: Row): readonly string[] =>
  row.alert?.departments ?? (row.case?.responsible ? [row.case.responsible] : []);

const isMine = (item: LiveCase | null, operator: string | null): boolean =>
  operator !== null && item?.acknowledgedBy?.name === operator;

/** An alert without a case has nobody called in for it. */
export const isEscalated = (row: Row): boolean => (row.case?.escalation ?? 0) > 0;

function saysAll(row: Row, text: string, names: Surroundings['placeNames']): boolean {
  const place = row.place ? names.get(row.place) : undefined;
  const found = [row.title.zh, row.title.en, row.case?.number, row.place, place?.zh, place?.en]
    .filter((part) => part != null)
    .join('\n')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word));
}

export function passes(row: Row, filter: Filter, around: Surroundings): boolean {
  const { departments, places, statuses, kinds, span, text } = filter;
  const any = <T>(wanted: readonly T[], has: (value: T) => boolean) =>
    wanted.length === 0 || wanted.some(has);
  return (
    filter.severities.includes(row.severity) &&
    any(departments, (name) => departmentsOf(row).includes(name)) &&
    (places.length === 0 || within(row.place, places, around.parents)) &&
    any(statuses, (status) => row.case?.status === status) &&
    any(kinds, (kind) => (row.case?.kind ?? ALERT_KIND) === kind) &&
    (!filter.mine || isMine(row.case, around.operator)) &&
    (!filter.unseen || !row.acknowledged) &&
    (!filter.escalated || isEscalated(row)) &&
    (span === null || (row.at >= span.from && row.at < span.to)) &&
    (text.trim() === '' || saysAll(row, text.trim(), around.placeNames))
  );
}

/** How many of the filter's parts narrow anything, severities apart: they are seen in the head. */
export function narrowings(filter: Filter): number {
  const lists = [filter.departments, filter.places, filter.statuses, filter.kinds];
  return (
    lists.filter((list) => list.length > 0).length +
    [
      filter.mine,
      filter.unseen,
      filter.escalated,
      filter.text.trim() !== '',
      filter.span !== null,
    ].filter(Boolean).length
  );
}

export const isEverything = (filter: Filter): boolean =>
  narrowings(filter) === 0 && filter.severities.length === SEVERITIES.length;
