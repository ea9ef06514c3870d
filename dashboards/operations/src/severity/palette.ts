// The four statutory warning colours (红橙黄蓝), tuned so that they differ for colour-blind eyes too.
// Computed, and held by a test: contrast on every surface, distance between every pair.
// Colour is never the only cue: each level has a shape, a number and a word.

import type { Severity } from '../live/protocol';

export const SEVERITIES: readonly Severity[] = [1, 2, 3, 4];

export const SEVERITY_COLOR: Record<Severity, string> = {
  1: '#FF5560',
  2: '#FFA800',
  3: '#FFF2A0',
  4: '#6B9CFF',
};

/** The same hues as fills for a lit room: always with dark ink in them and an edge around them. */
export const DAY_MARK: Record<Severity, string> = {
  1: '#E5484D',
  2: '#F59E0B',
  3: '#F7E463',
  4: '#3B82F6',
};

export const SURFACE = { page: '#15181C', panel: '#1C2025', raised: '#252A31' } as const;

export const INK = {
  text: '#E3E7EC',
  secondary: '#AAB3BE',
  tertiary: '#9AA3AF',
  normal: '#9AA0A6',
  accent: '#7CC4FF',
  control: '#737E8C',
  onSeverity: '#15181C',
} as const;

export type Shape = 'diamond' | 'triangle' | 'square' | 'circle';

export const SEVERITY_SHAPE: Record<Severity, Shape> = {
  1: 'diamond',
  2: 'triangle',
  3: 'square',
  4: 'circle',
};

/** Outlines in a 24 by 24 box, for SVG and canvas alike. */
export const SHAPE_PATH: Record<Shape, string> = {
  diamond: 'M12 1 23 12 12 23 1 12Z',
  triangle: 'M12 2 23.5 22 .5 22Z',
  square: 'M3 3H21V21H3Z',
  circle: 'M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20Z',
};
