// Which screen the address names. A dozen fixed routes need no library: the address is the state,
// and moving between screens keeps the page, its sound permission and its session alive.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { isPreset } from '../wall/presets';

export type ScreenName =
  | 'console'
  | 'wall'
  | 'cases'
  | 'case'
  | 'newCase'
  | 'alerts'
  | 'units'
  | 'signs'
  | 'health'
  | 'settings'
  | 'lost';

export interface Route {
  screen: ScreenName;
  /** The part of the address that names one thing. */
  id: string | null;
  search: string;
}

const SCREENS: Readonly<Record<string, ScreenName>> = {
  '/': 'console',
  '/login': 'console',
  '/wall': 'wall',
  '/cases': 'cases',
  '/cases/new': 'newCase',
  '/alerts': 'alerts',
  '/units': 'units',
  '/signs': 'signs',
  '/health': 'health',
  '/settings': 'settings',
};

/** Reads an address; one that names no screen is told so, never shown as another. */
export function readRoute(pathname: string, search: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  const screen = Object.hasOwn(SCREENS, path) ? SCREENS[path] : undefined;
  if (screen) return { screen, id: null, search };
  const wall = /^\/wall\/([^/]+)$/.exec(path)?.[1];
  if (wall && isPreset(wall)) return { screen: 'wall', id: wall, search };
  const found = /^\/cases\/([^/]+)$/.exec(path);
  const id = found?.[1] ? decoded(found[1]) : null;
  return id === null ? { screen: 'lost', id: null, search } : { screen: 'case', id, search };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export const casePath = (id: string): string => `/cases/${encodeURIComponent(id)}`;

const here = (): Route => readRoute(location.pathname, location.search);

export const route = createStore<Route>()(() => here());

export const useRoute = (): Route => useStore(route);

/** Goes to another screen, as a step that the browser's back button undoes. */
export function go(to: string): void {
  history.pushState(null, '', to);
  route.setState(here());
}

/** Rewrites the query of the present screen: a filter is no step. */
export function rewriteQuery(query: URLSearchParams): void {
  const text = query.toString();
  const search = text ? `?${text}` : '';
  if (search === location.search) return;
  history.replaceState(null, '', `${location.pathname}${search}`);
  route.setState(here());
}

/** Follows the browser's back and forward; the answer ends it. */
export function followRoute(): () => void {
  const back = () => route.setState(here());
  addEventListener('popstate', back);
  return () => removeEventListener('popstate', back);
}
