// What stands on the map, gathered from the live picture: quiet points, units, and the marks that
// want attention. Graver marks come later, so that they are drawn on top and found first.

import type { LiveEntity, LiveUnit, Severity } from '../live/protocol';
import type { Row } from '../queue/rows';

export interface Point {
  lon: number;
  lat: number;
}

export interface Mark extends Point {
  severity: Severity;
  /** Selects this when clicked; things on the map that are nobody's work have none. */
  key: string | null;
  /** Unacknowledged level 1: the only thing that flashes. */
  flashing: boolean;
  small: boolean;
}

export interface UnitMark extends Point {
  id: string;
  free: boolean;
  /** How many others stand at the same place before it: they are drawn side by side. */
  beside: number;
  caseId: string | null;
}

export interface Marks {
  quiet: Point[];
  units: UnitMark[];
  marks: Mark[];
}

const placed = <T extends { lon?: number | null; lat?: number | null }>(
  item: T,
): item is T & Point => item.lon != null && item.lat != null;

export function gather(
  rows: readonly Row[],
  entities: Iterable<LiveEntity>,
  units: Iterable<LiveUnit>,
  middles: ReadonlyMap<string, Point> = new Map(),
): Marks {
  const quiet: Point[] = [];
  const marks: Mark[] = [];
  for (const entity of entities) {
    if (entity.ended || !placed(entity)) continue;
    const { lon, lat, level } = entity;
    if (level != null && level <= 2) {
      marks.push({ lon, lat, severity: level, key: null, flashing: false, small: true });
    } else quiet.push({ lon, lat });
  }
  for (const row of rows) {
    const at = placed(row) ? row : row.place ? middles.get(row.place) : undefined;
    if (!at) continue;
    const { severity, key, acknowledged } = row;
    marks.push({
      lon: at.lon,
      lat: at.lat,
      severity,
      key,
      flashing: severity === 1 && !acknowledged,
      small: false,
    });
  }
  marks.sort((a, b) => Number(b.small) - Number(a.small) || b.severity - a.severity);
  return { quiet, units: unitMarks(units), marks };
}

function unitMarks(units: Iterable<LiveUnit>): UnitMark[] {
  const found: UnitMark[] = [];
  const atPlace = new Map<string, number>();
  for (const unit of units) {
    if (!placed(unit) || unit.state === 'OUT_OF_SERVICE') continue;
    const place = `${unit.lon} ${unit.lat}`;
    const beside = atPlace.get(place) ?? 0;
    atPlace.set(place, beside + 1);
    found.push({
      beside,
      id: unit.id,
      lon: unit.lon,
      lat: unit.lat,
      free: unit.state === 'AVAILABLE',
      caseId: unit.case ?? null,
    });
  }
  return found;
}

/** The topmost mark within reach of the pointer. */
export function hit(
  marks: readonly Mark[],
  project: (lon: number, lat: number) => readonly [number, number],
  at: readonly [number, number],
  reach: number,
): Mark | null {
  for (let n = marks.length - 1; n >= 0; n -= 1) {
    const mark = marks[n];
    if (!mark?.key) continue;
    const [x, y] = project(mark.lon, mark.lat);
    if (Math.hypot(x - at[0], y - at[1]) <= reach) return mark;
  }
  return null;
}
