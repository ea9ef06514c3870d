// What is on the screen, written into the address, so that a view can be sent to a colleague:
// language, selection, filter, time, place on the map. Reading back gives the same view.

import { isLanguage, type Language } from '../i18n/language';
import type { CaseStatus } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';
import { EVERYTHING, type Filter, type Span } from './filter';

export interface MapView {
  lon: number;
  lat: number;
  zoom: number;
}

/** How far back the timeline looks. */
export type Reach = 'hour' | 'day' | 'week';

export interface Address {
  language: Language | null;
  selected: string | null;
  filter: Filter;
  /** Name of the saved view that the filter came from. */
  named: string | null;
  reach: Reach;
  map: MapView | null;
}

export const REACHES: readonly Reach[] = ['hour', 'day', 'week'];

/** What a queue can hold: closed and voided cases have left it. */
export const QUEUE_STATUSES: readonly CaseStatus[] = [
  'REPORTED',
  'ESTABLISHED',
  'DISPATCHED',
  'IN_PROGRESS',
  'VERIFYING',
  'SUSPENDED',
];

/** Everything the console itself writes; other names in the address are left alone. */
const OWN = [
  'lang',
  'view',
  'q',
  'sev',
  'dep',
  'place',
  'status',
  'kind',
  'mine',
  'unseen',
  'esc',
  'span',
  'reach',
  'sel',
  'map',
] as const;

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const language = query.get('lang');
  const selected = query.get('sel');
  const reach = query.get('reach');
  return {
    language: isLanguage(language) ? language : null,
    selected: selected && /^(case|alert):.+/.test(selected) ? selected : null,
    filter: readFilter(query),
    named: query.get('view') || null,
    reach: REACHES.find((one) => one === reach) ?? 'hour',
    map: readMap(query.get('map')),
  };
}

export function readFilter(query: URLSearchParams): Filter {
  const levels = query.get('sev');
  const statuses = query.getAll('status');
  return {
    ...EVERYTHING,
    text: query.get('q') ?? '',
    severities:
      levels === null ? SEVERITIES : SEVERITIES.filter((level) => levels.includes(String(level))),
    departments: listed(query, 'dep'),
    places: listed(query, 'place'),
    statuses: QUEUE_STATUSES.filter((status) => statuses.includes(status)),
    kinds: listed(query, 'kind'),
    mine: query.get('mine') === '1',
    unseen: query.get('unseen') === '1',
    escalated: query.get('esc') === '1',
    span: readSpan(query.get('span')),
  };
}

const listed = (query: URLSearchParams, name: string): string[] => [
  ...new Set(query.getAll(name).filter((value) => value !== '')),
];

/** Two moments with a stroke between them, as ISO 8601 writes an interval. */
function readSpan(text: string | null): Span | null {
  const [from = Number.NaN, to = Number.NaN] = text?.split('/').map(Date.parse) ?? [];
  return from < to ? { from, to } : null;
}

function readMap(text: string | null): MapView | null {
  const parts = text?.split(',').map(Number) ?? [];
  const [lon, lat, zoom] = parts;
  if (parts.length !== 3 || lon === undefined || lat === undefined || zoom === undefined)
    return null;
  const possible = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 24;
  return possible ? { lon, lat, zoom } : null;
}

export function writeFilter(query: URLSearchParams, filter: Filter): void {
  if (filter.text) query.set('q', filter.text);
  if (filter.severities.length < SEVERITIES.length) query.set('sev', filter.severities.join(''));
  for (const name of filter.departments) query.append('dep', name);
  for (const code of filter.places) query.append('place', code);
  for (const status of filter.statuses) query.append('status', status);
  for (const kind of filter.kinds) query.append('kind', kind);
  if (filter.mine) query.set('mine', '1');
  if (filter.unseen) query.set('unseen', '1');
  if (filter.escalated) query.set('esc', '1');
  if (filter.span) {
    const { from, to } = filter.span;
    query.set('span', `${new Date(from).toISOString()}/${new Date(to).toISOString()}`);
  }
}

/** The address of a view; `before` is the present one, of which foreign parts are kept. */
export function writeAddress(address: Address, before = ''): string {
  const query = new URLSearchParams(before);
  for (const name of OWN) query.delete(name);
  if (address.language) query.set('lang', address.language);
  if (address.named) query.set('view', address.named);
  writeFilter(query, address.filter);
  if (address.reach !== 'hour') query.set('reach', address.reach);
  if (address.selected) query.set('sel', address.selected);
  if (address.map) {
    const { lon, lat, zoom } = address.map;
    query.set('map', `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}
