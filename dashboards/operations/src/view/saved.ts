// Views with a name: a filter that is asked for again and again. The common ones are there from the
// start; the operator's own are kept in this browser, and travel as an address.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { readFilter, writeFilter } from './address';
import { EVERYTHING, type Filter } from './filter';

export interface SavedView {
  name: string;
  filter: Filter;
}

/** Always there, in this order; their words are the console's own. */
export const STANDING = {
  open: EVERYTHING,
  unseen: { ...EVERYTHING, unseen: true },
  grave: { ...EVERYTHING, severities: [1, 2] },
  mine: { ...EVERYTHING, mine: true },
} as const satisfies Record<string, Filter>;

export type StandingName = keyof typeof STANDING;
export const STANDING_NAMES = Object.keys(STANDING) as StandingName[];

/** More tabs than this are no help to anybody. */
export const SAVED_MAX = 12;
export const NAME_MAX = 24;

const KEPT = 'city-brain.views';

/** Kept as name and query string, the form in which views also travel. */
export function readSaved(text: string | null): SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept
      .filter(
        (one): one is { name: string; query: string } =>
          typeof one?.name === 'string' && one.name !== '' && typeof one?.query === 'string',
      )
      .slice(0, SAVED_MAX)
      .map(({ name, query }) => ({ name, filter: readFilter(new URLSearchParams(query)) }));
  } catch {
    return [];
  }
}

export function writeSaved(views: readonly SavedView[]): string {
  return JSON.stringify(
    views.map(({ name, filter }) => {
      const query = new URLSearchParams();
      writeFilter(query, filter);
      return { name, query: query.toString() };
    }),
  );
}

const kept = (): string | null =>
  typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);

export const saved = createStore<{ views: readonly SavedView[] }>()(() => ({
  views: readSaved(kept()),
}));

export const useSaved = (): readonly SavedView[] => useStore(saved, ({ views }) => views);

function keep(views: readonly SavedView[]): void {
  saved.setState({ views });
  localStorage.setItem(KEPT, writeSaved(views));
}

/** Saves under a name; the same name again is replaced in place. */
export function saveView(name: string, filter: Filter): void {
  const { views } = saved.getState();
  const wanted = name.trim().slice(0, NAME_MAX);
  if (wanted === '') return;
  const known = views.some((one) => one.name === wanted);
  keep(
    known
      ? views.map((one) => (one.name === wanted ? { name: wanted, filter } : one))
      : [...views, { name: wanted, filter }].slice(-SAVED_MAX),
  );
}

export const forgetView = (name: string): void =>
  keep(saved.getState().views.filter((one) => one.name !== name));

/** The same filter, whatever the order in which its parts were chosen. */
export function sameFilter(a: Filter, b: Filter): boolean {
  const text = (filter: Filter) => {
    const query = new URLSearchParams();
    writeFilter(query, filter);
    query.sort();
    return [...query]
      .map((pair) => pair.join('='))
      .sort()
      .join('&');
  };
  return text(a) === text(b);
}
