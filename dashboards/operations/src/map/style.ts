// How the base map looks: quiet greys, so that the few things that are wrong stand out above it.
// Names are kept at low contrast for the same reason.

import type { FeatureLike } from 'ol/Feature.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import Text from 'ol/style/Text.js';
import { mapColors } from './colors';

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';

const WATER = new Set(['water', 'sea', 'river', 'canal', 'lake', 'bay']);
const WIDE = new Set(['main', 'highway', 'expressway', 'river']);
/** Kinds of places below the street or town: their borders and names show only from near. */
const SMALL = new Set(['community', 'grid', 'cell', 'block']);
/** Set on a place that holds all others: its name would only lie in the way. */
export const WHOLE = 'whole';

export const isWater = (feature: FeatureLike): boolean => WATER.has(String(feature.get('kind')));

const width = (base: number, resolution: number) =>
  Math.max(0.8, Math.min(base * 3, (base * 14) / resolution));

/** Metres per pixel above which small places, and the names of roads, are left out. */
const SMALL_BELOW = 14;

export function baseStyle(feature: FeatureLike, resolution: number, language: string): Style {
  const kind = String(feature.get('kind') ?? '');
  const type = feature.getGeometry()?.getType() ?? '';
  const isLine = type.includes('Line');
  const water = isWater(feature);
  const whole = feature.get(WHOLE) === true;
  const small = SMALL.has(kind) || (isLine && !WIDE.has(kind));
  const style = new Style({ zIndex: isLine ? 3 : water ? 2 : whole ? 0 : 1 });
  if (isLine) style.setStroke(lineStroke(kind, water, resolution));
  else if (type.includes('Polygon')) paintArea(style, kind, resolution);
  const named = !whole && kind !== 'coast' && !(small && resolution > SMALL_BELOW);
  const text = named ? nameOf(feature, language) : '';
  if (text) style.setText(label(text, isLine, water, small));
  return style;
}

function paintArea(style: Style, kind: string, resolution: number): void {
  const colors = mapColors();
  if (WATER.has(kind)) style.setFill(new Fill({ color: colors.water }));
  else if (SMALL.has(kind)) {
    if (resolution <= SMALL_BELOW)
      style.setStroke(new Stroke({ color: colors.smallEdge, width: 0.8 }));
  } else {
    style.setFill(new Fill({ color: colors.area }));
    style.setStroke(new Stroke({ color: colors.areaEdge, width: 1.3 }));
  }
}

function lineStroke(kind: string, water: boolean, resolution: number): Stroke {
  const wide = WIDE.has(kind);
  const colors = mapColors();
  if (water) return new Stroke({ color: colors.water, width: width(wide ? 7 : 3.5, resolution) });
  if (kind === 'coast') return new Stroke({ color: colors.coast, width: 1.4 });
  return new Stroke({
    color: kind === 'expressway' ? colors.expressway : colors.road,
    width: width(wide ? 3 : 1.8, resolution),
  });
}

function nameOf(feature: FeatureLike, language: string): string {
  const zh = String(feature.get('name_zh') ?? '');
  const en = String(feature.get('name_en') ?? '');
  return language.startsWith('zh') ? zh || en : en || zh;
}

function label(text: string, isLine: boolean, water: boolean, small: boolean): Text {
  const colors = mapColors();
  const color = water ? colors.labelWater : isLine || small ? colors.labelSmall : colors.label;
  return new Text({
    text,
    font: `${isLine || small ? 11 : 13}px ${FONT}`,
    placement: isLine ? 'line' : 'point',
    fill: new Fill({ color }),
    stroke: new Stroke({ color: colors.halo, width: 3 }),
    overflow: false,
  });
}
