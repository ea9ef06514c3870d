// What the operator looks at: selection, filter, open dialog, freeze. Lives outside React, so that
// keys, map and queue share one selection; the shareable part is kept in the address.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { chooseLanguage, firstLanguage, type Language } from '../i18n/language';
import type { Severity } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';
import { type MapView, type Reach, readAddress, writeAddress } from './address';
import { EVERYTHING, type Filter, type Span } from './filter';
import { type Chosen, NONE } from './selection';

export type DialogName =
  | 'assign'
  | 'resolve'
  | 'verify'
  | 'close'
  | 'note'
  | 'bulk'
  | 'palette'
  | 'help';

/** Why the queue stands still. */
export type FreezeReason = 'scroll' | 'hover' | 'pause';

export interface View {
  language: Language;
  selected: string | null;
  /** Rows chosen together, for an order to all of them. */
  chosen: Chosen;
  filter: Filter;
  /** Name of the saved view the filter came from, while it is unchanged. */
  named: string | null;
  /** How far back the timeline looks. */
  reach: Reach;
  map: MapView | null;
  dialog: DialogName | null;
  /** The filter's form is unfolded. */
  filtering: boolean;
  /** The map's plain list is shown. */
  mapList: boolean;
  freeze: ReadonlySet<FreezeReason>;
  /** Counts up when the operator asks for the new rows. */
  thaw: number;
  /** Counts up when the map shall go to the selection, or to the whole city. */
  goTo: { what: 'selection' | 'city'; n: number };
}

/** The console itself is on the screen; elsewhere the address says something else. */
const isHome = (): boolean => location.pathname === '/' || location.pathname === '/login';

const first = readAddress(isHome() ? location.search : languageOnly());

function languageOnly(): string {
  const language = new URLSearchParams(location.search).get('lang');
  return language ? `?lang=${language}` : '';
}

export const view = createStore<View>()(() => ({
  language: firstLanguage(first.language),
  selected: first.selected,
  chosen: NONE,
  filter: first.filter,
  named: first.named,
  reach: first.reach,
  map: first.map,
  dialog: null,
  filtering: false,
  mapList: false,
  freeze: new Set<FreezeReason>(),
  thaw: 0,
  goTo: { what: 'city', n: 0 },
}));

export function useView<T>(select: (view: View) => T): T {
  return useStore(view, select);
}

/** A new selection is a step back can undo; everything else only rewrites the address. */
function rewrite(push: boolean): void {
  if (!isHome()) return;
  const address = writeAddress(view.getState(), location.search);
  if (address === location.search) return;
  if (push) history.pushState(null, '', `${location.pathname}${address}`);
  else history.replaceState(null, '', `${location.pathname}${address}`);
}

export function select(key: string | null): void {
  if (key === view.getState().selected) return;
  const opened = view.getState().selected === null && key !== null;
  view.setState({ selected: key, dialog: null });
  rewrite(opened);
}

export const choose = (chosen: Chosen): void => view.setState({ chosen });

/** Shows rows that pass `filter`; `named` if it is a view with that name. */
export function filterBy(filter: Filter, named: string | null = null): void {
  view.setState({ filter, named, chosen: NONE });
  rewrite(false);
}

/** Changes a part of the filter. */
export const narrow = (part: Partial<Filter>): void =>
  filterBy({ ...view.getState().filter, ...part });

export const showEverything = (): void => filterBy(EVERYTHING);

export function toggleSeverity(level: Severity): void {
  const { severities } = view.getState().filter;
  const next = severities.includes(level)
    ? severities.filter((other) => other !== level)
    : SEVERITIES.filter((other) => other === level || severities.includes(other));
  narrow({ severities: next });
}

export const brush = (span: Span | null): void => narrow({ span });

export function reachBack(reach: Reach): void {
  view.setState({ reach });
  rewrite(false);
}

export function moveMap(map: MapView): void {
  view.setState({ map });
  rewrite(false);
}

export function openDialog(dialog: DialogName | null): void {
  view.setState({ dialog });
}

export const unfoldFilter = (filtering: boolean): void => view.setState({ filtering });

export const showMapList = (mapList: boolean): void => view.setState({ mapList });

export function freezeFor(reason: FreezeReason, on: boolean): void {
  const { freeze } = view.getState();
  if (freeze.has(reason) === on) return;
  const next = new Set(freeze);
  if (on) next.add(reason);
  else next.delete(reason);
  view.setState({ freeze: next });
}

export const isPaused = (): boolean => view.getState().freeze.has('pause');

export const usePaused = (): boolean => useView(({ freeze }) => freeze.has('pause'));

/** Live again: what came meanwhile is shown. */
export function togglePause(): void {
  const paused = isPaused();
  freezeFor('pause', !paused);
  if (paused) showFresh();
}

export const showFresh = (): void => view.setState({ thaw: view.getState().thaw + 1 });

export const goTo = (what: 'selection' | 'city'): void =>
  view.setState({ goTo: { what, n: view.getState().goTo.n + 1 } });

export async function switchLanguage(language: Language): Promise<void> {
  await chooseLanguage(language);
  view.setState({ language });
  if (isHome()) rewrite(false);
  else {
    const query = new URLSearchParams(location.search);
    query.set('lang', language);
    history.replaceState(null, '', `${location.pathname}?${query}`);
  }
}

export function followHistory(): () => void {
  const back = () => {
    if (!isHome()) return;
    const { selected, filter, named, reach } = readAddress(location.search);
    view.setState({ selected, filter, named, reach, dialog: null, chosen: NONE });
  };
  addEventListener('popstate', back);
  return () => removeEventListener('popstate', back);
}
