// What the operator looks at: selection, severities, open dialog, freeze. Lives outside React, so
// that keys, map and queue share one selection; the shareable part is kept in the address.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { chooseLanguage, firstLanguage, type Language } from '../i18n/language';
import type { Severity } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';
import { type MapView, readAddress, writeAddress } from './address';

export type DialogName = 'assign' | 'resolve' | 'verify' | 'close' | 'note' | 'help';

/** Why the queue stands still. */
export type FreezeReason = 'scroll' | 'hover';

export interface View {
  language: Language;
  selected: string | null;
  severities: readonly Severity[];
  map: MapView | null;
  dialog: DialogName | null;
  freeze: ReadonlySet<FreezeReason>;
  /** Counts up when the operator asks for the new rows. */
  thaw: number;
  /** Counts up when the map shall go to the selection, or to the whole city. */
  goTo: { what: 'selection' | 'city'; n: number };
}

const first = readAddress(location.search);

export const view = createStore<View>()(() => ({
  language: firstLanguage(first.language),
  selected: first.selected,
  severities: first.severities,
  map: first.map,
  dialog: null,
  freeze: new Set<FreezeReason>(),
  thaw: 0,
  goTo: { what: 'city', n: 0 },
}));

export function useView<T>(select: (view: View) => T): T {
  return useStore(view, select);
}

/** A new selection is a step back can undo; everything else only rewrites the address. */
function rewrite(push: boolean): void {
  const address = writeAddress(view.getState());
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

export function toggleSeverity(level: Severity): void {
  const { severities } = view.getState();
  const next = severities.includes(level)
    ? severities.filter((other) => other !== level)
    : SEVERITIES.filter((other) => other === level || severities.includes(other));
  view.setState({ severities: next });
  rewrite(false);
}

export function moveMap(map: MapView): void {
  view.setState({ map });
  rewrite(false);
}

export function openDialog(dialog: DialogName | null): void {
  view.setState({ dialog });
}

export function freezeFor(reason: FreezeReason, on: boolean): void {
  const { freeze } = view.getState();
  if (freeze.has(reason) === on) return;
  const next = new Set(freeze);
  if (on) next.add(reason);
  else next.delete(reason);
  view.setState({ freeze: next });
}

export const showFresh = (): void => view.setState({ thaw: view.getState().thaw + 1 });

export const goTo = (what: 'selection' | 'city'): void =>
  view.setState({ goTo: { what, n: view.getState().goTo.n + 1 } });

export async function switchLanguage(language: Language): Promise<void> {
  await chooseLanguage(language);
  view.setState({ language });
  rewrite(false);
}

export function followHistory(): () => void {
  const back = () => {
    const { selected, severities } = readAddress(location.search);
    view.setState({ selected, severities, dialog: null });
  };
  addEventListener('popstate', back);
  return () => removeEventListener('popstate', back);
}
