// Where the base map comes from, as the hub says; all of it lies on the hub itself.

import { learnMiddles, learnParents, learnPlaces } from '../view/names';
import { middleOf } from './middle';

export interface ConsoleConfig {
  mapBase: string;
  mapAttribution: string | null;
  branding: { zh: string; en: string } | null;
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
    const found = raw as Partial<ConsoleConfig>;
    return {
      mapBase: found.mapBase ?? '/map/base.geojson',
      mapAttribution: found.mapAttribution ?? null,
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
