// Where the base map comes from, as the hub says; all of it lies on the hub itself.

import type { Text } from '../live/protocol';
import { learnMiddles, learnParents, learnPlaces, names } from '../view/names';
import { middleOf } from './middle';

export interface ConsoleConfig {
  mapBase: string;
  /** Whose the map is; some owners want the same words in every language. */
  mapAttribution: Text | null;
  branding: Text | null;
  center: readonly [number, number] | null;
  zoom: number | null;
}

async function json(path: string): Promise<unknown> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

let config: Promise<ConsoleConfig> | null = null;

export function fetchConfig(): Promise<ConsoleConfig> {
  config ??= json('/config.json').then((raw) => {
    const found = raw as Partial<Omit<ConsoleConfig, 'mapAttribution'>> & {
      mapAttribution?: Text | string | null;
    };
    const whose = found.mapAttribution;
    return {
      mapBase: found.mapBase ?? '/map/base.geojson',
      mapAttribution: typeof whose === 'string' ? { zh: whose, en: whose } : (whose ?? null),
      branding: found.branding ?? null,
      center: found.center ?? null,
      zoom: found.zoom ?? null,
    };
  });
  config.catch(() => {
    config = null;
  });
  return config;
}

/** Names of all places for a screen without a map; where a map is or was, they are known. */
export async function fetchPlaceNames(): Promise<void> {
  if (names.getState().middles.size > 0) return;
  try {
    await fetchBase((await fetchConfig()).mapBase);
  } catch {
    // Codes are shown where there is no name.
  }
}

interface Feature {
  properties?: { code?: string; name_zh?: string; name_en?: string; parent?: string | null } | null;
  geometry?: { type?: string; coordinates?: unknown } | null;
}

/** The base map's shapes; their names and middles become known to the whole console. */
export async function fetchBase(path: string): Promise<unknown> {
  const base = await json(path);
  const features = (base as { features?: Feature[] }).features ?? [];
  learnPlaces(
    features.flatMap(({ properties }) => {
      const { code, name_zh: zh, name_en: en } = properties ?? {};
      return code && (zh || en)
        ? [[code, { zh: zh ?? en ?? '', en: en ?? zh ?? '' }] as const]
        : [];
    }),
  );
  learnParents(
    features.flatMap(({ properties }) => {
      const { code, parent } = properties ?? {};
      return code && parent ? [[code, parent] as const] : [];
    }),
  );
  learnMiddles(
    features.flatMap(({ properties, geometry }) => {
      const middle = geometry?.type?.includes('Polygon') ? middleOf(geometry.coordinates) : null;
      return properties?.code && middle ? [[properties.code, middle] as const] : [];
    }),
  );
  return base;
}
