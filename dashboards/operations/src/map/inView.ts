// What of the map is in view, in words' order: the gravest first, then units by name. For those who do
// not see the canvas, and for those who would rather read a list.

import type { LiveEntity, LiveUnit, Severity, Text } from '../live/protocol';
import type { Row } from '../queue/rows';
import type { Point } from './marks';

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Listed {
  /** Work: selects its row. */
  rows: Row[];
  units: LiveUnit[];
  /** Abnormal things that are nobody's work yet. */
  things: { id: string; title: Text; level: Severity }[];
  /** Normal things: a number says enough. */
  quiet: number;
  /** Work that knows no place at all, and so is never in view. */
  unplaced: number;
}

type Place = { lon?: number | null; lat?: number | null };

const inside = ({ lon, lat }: Place, bounds: Bounds | null): boolean =>
  lon != null &&
  lat != null &&
  (bounds === null ||
    (lon >= bounds.west && lon <= bounds.east && lat >= bounds.south && lat <= bounds.north));

export interface Sources {
  rows: readonly Row[];
  entities: Iterable<LiveEntity>;
  units: Iterable<LiveUnit>;
  /** Where places are, for rows that know no point. */
  middles: ReadonlyMap<string, Point>;
}

/** `bounds` null: everything counts as in view. */
export function listInView(sources: Sources, bounds: Bounds | null): Listed {
  const found: Listed = { rows: [], units: [], things: [], quiet: 0, unplaced: 0 };
  for (const row of sources.rows) {
    const at = row.lon != null ? row : row.place ? sources.middles.get(row.place) : undefined;
    if (!at) found.unplaced += 1;
    else if (inside(at, bounds)) found.rows.push(row);
  }
  for (const unit of sources.units) {
    if (unit.state !== 'OUT_OF_SERVICE' && inside(unit, bounds)) found.units.push(unit);
  }
  for (const { id, title, level, ended, lon, lat } of sources.entities) {
    if (ended || !inside({ lon: lon ?? null, lat: lat ?? null }, bounds)) continue;
    if (level != null && level <= 2) found.things.push({ id, title, level });
    else found.quiet += 1;
  }
  found.units.sort((a, b) => (a.id < b.id ? -1 : 1));
  found.things.sort((a, b) => a.level - b.level || (a.id < b.id ? -1 : 1));
  return found;
}
