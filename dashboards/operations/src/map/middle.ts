// Where a place is when all that is known of it is its border.

import type { Point } from './marks';

/** The middle of a shape's extent: where a mark stands that knows its place but no point. */
export function middleOf(coordinates: unknown): Point | null {
  const flat = Array.isArray(coordinates) ? (coordinates.flat(4) as unknown[]) : [];
  const numbers = flat.filter((value) => typeof value === 'number');
  if (numbers.length < 2 || numbers.length % 2 === 1) return null;
  const between = (values: number[]) =>
    (values.reduce((a, b) => Math.min(a, b)) + values.reduce((a, b) => Math.max(a, b))) / 2;
  const lon = between(numbers.filter((_, n) => n % 2 === 0));
  const lat = between(numbers.filter((_, n) => n % 2 === 1));
  return { lon, lat };
}
