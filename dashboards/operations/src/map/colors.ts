// The map's colours in both themes: canvas cannot read style sheets. Greys, so that the few things
// that are wrong stand out; the marks are those of the style sheet.

import type { Severity } from '../live/protocol';
import { DAY_MARK, SEVERITY_COLOR } from '../severity/palette';
import { type Theme, theme } from '../theme/theme';

export interface MapColors {
  area: string;
  areaEdge: string;
  smallEdge: string;
  water: string;
  coast: string;
  expressway: string;
  road: string;
  halo: string;
  label: string;
  labelSmall: string;
  labelWater: string;
  /** A quiet point, a little see-through, as the little-endian pixel value ABGR. */
  quiet: number;
  unit: string;
  unitFree: string;
  accent: string;
  flash: string;
  mark: Readonly<Record<Severity, string>>;
  markEdge: string;
}

const COLORS: Readonly<Record<Theme, MapColors>> = {
  dark: {
    area: '#20252b',
    areaEdge: '#46505b',
    smallEdge: '#2a3038',
    water: '#18242f',
    coast: '#4d6075',
    expressway: '#4a5460',
    road: '#3d4651',
    halo: '#15181c',
    label: '#8b949f',
    labelSmall: '#747d88',
    labelWater: '#5f7388',
    quiet: 0xa8_a6_a0_9a,
    unit: '#AAB3BE',
    unitFree: '#15181c',
    accent: '#7CC4FF',
    flash: SEVERITY_COLOR[1],
    mark: SEVERITY_COLOR,
    markEdge: '#15181c',
  },
  day: {
    area: '#e9ebee',
    areaEdge: '#a3abb4',
    smallEdge: '#d3d8dd',
    water: '#c3d3e0',
    coast: '#8aa0b5',
    expressway: '#b3bbc4',
    road: '#c6ccd3',
    halo: '#e9ebee',
    label: '#5c6670',
    labelSmall: '#6d7680',
    labelWater: '#5a7590',
    quiet: 0xb8_69_5f_56,
    unit: '#3a424b',
    unitFree: '#f3f4f6',
    accent: '#0b5cad',
    flash: '#b3131f',
    mark: DAY_MARK,
    markEdge: '#3a424b',
  },
};

export const mapColors = (): MapColors => COLORS[theme.getState().shown];
