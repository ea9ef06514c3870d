// How the base map looks: quiet greys, so that the few things that are wrong stand out above it.
// Names are kept at low contrast for the same reason.

import type { FeatureLike } from 'ol/Feature.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import Text from 'ol/style/Text.js';

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';

const WATER = new Set(['water', 'sea', 'river', 'bay', 'harbor', 'harbour', 'coast']);
const ROADS = new Set(['road', 'highway', 'street', 'bridge', 'expressway']);
const SMALL = new Set(['street', 'community', 'grid', 'cell', 'block']);

const AREA_FILL = new Fill({ color: '#20252b' });
const WATER_FILL = new Fill({ color: '#17202b' });
const AREA_EDGE = new Stroke({ color: '#46505b', width: 1.3 });
const SMALL_EDGE = new Stroke({ color: '#2a3038', width: 0.8 });
const WATER_EDGE = new Stroke({ color: '#26313d', width: 1 });
const HALO = new Stroke({ color: '#15181c', width: 3 });

const width = (base: number, resolution: number) =>
  Math.max(0.8, Math.min(base * 3, (base * 14) / resolution));

/** Metres per pixel above which the names of small places are left out. */
const SMALL_NAMES_BELOW = 12;

export function baseStyle(feature: FeatureLike, resolution: number, language: string): Style {
  const kind = String(feature.get('kind') ?? '');
  const type = feature.getGeometry()?.getType() ?? '';
  const isLine = type.includes('Line');
  const isWater = WATER.has(kind);
  const style = new Style({ zIndex: isLine ? 2 : isWater ? 1 : 0 });
  if (isLine) style.setStroke(lineStroke(kind, isWater, resolution));
  else if (type.includes('Polygon')) {
    style.setFill(isWater ? WATER_FILL : AREA_FILL);
    style.setStroke(isWater ? WATER_EDGE : SMALL.has(kind) ? SMALL_EDGE : AREA_EDGE);
  }
  const text = nameOf(feature, language);
  if (text && !(SMALL.has(kind) && resolution > SMALL_NAMES_BELOW)) {
    style.setText(label(text, isLine, isWater));
  }
  return style;
}

function lineStroke(kind: string, isWater: boolean, resolution: number): Stroke {
  if (isWater) return new Stroke({ color: '#1a2a3b', width: width(5, resolution) });
  return new Stroke({
    color: ROADS.has(kind) ? '#363e48' : '#323942',
    width: width(kind === 'highway' || kind === 'expressway' ? 2.4 : 1.4, resolution),
  });
}

function nameOf(feature: FeatureLike, language: string): string {
  const zh = String(feature.get('name_zh') ?? '');
  const en = String(feature.get('name_en') ?? '');
  return language.startsWith('zh') ? zh || en : en || zh;
}

function label(text: string, isLine: boolean, isWater: boolean): Text {
  return new Text({
    text,
    font: `${isLine ? 11 : 13}px ${FONT}`,
    placement: isLine ? 'line' : 'point',
    fill: new Fill({ color: isWater ? '#56677a' : isLine ? '#6f7883' : '#8b949f' }),
    stroke: HALO,
    overflow: false,
  });
}
