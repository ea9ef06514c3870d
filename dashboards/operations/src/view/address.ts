// What is on the screen, written into the address, so that a view can be sent to a colleague:
// language, selection, severities shown, place on the map. Reading back gives the same view.

import { isLanguage, type Language } from '../i18n/language';
import type { Severity } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';

export interface MapView {
  lon: number;
  lat: number;
  zoom: number;
}

export interface Address {
  language: Language | null;
  selected: string | null;
  severities: readonly Severity[];
  map: MapView | null;
}

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const language = query.get('lang');
  const selected = query.get('sel');
  const levels = query.get('sev');
  return {
    language: isLanguage(language) ? language : null,
    selected: selected && /^(case|alert):.+/.test(selected) ? selected : null,
    severities:
      levels === null ? SEVERITIES : SEVERITIES.filter((level) => levels.includes(String(level))),
    map: readMap(query.get('map')),
  };
}

function readMap(text: string | null): MapView | null {
  const parts = text?.split(',').map(Number) ?? [];
  const [lon, lat, zoom] = parts;
  if (parts.length !== 3 || lon === undefined || lat === undefined || zoom === undefined)
    return null;
  const possible = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 24;
  return possible ? { lon, lat, zoom } : null;
}

export function writeAddress(address: Address): string {
  const query = new URLSearchParams();
  if (address.language) query.set('lang', address.language);
  if (address.severities.length < SEVERITIES.length) query.set('sev', address.severities.join(''));
  if (address.selected) query.set('sel', address.selected);
  if (address.map) {
    const { lon, lat, zoom } = address.map;
    query.set('map', `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}
