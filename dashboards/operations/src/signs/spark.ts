// The line of a sparkline, as SVG path data. A missing value is a gap: a line drawn across it would
// claim something that nobody measured.

export interface SparkPoint {
  value: number | null;
}

export interface Spark {
  path: string;
  /** Height of the target line; `null` when the target lies outside the picture. */
  target: number | null;
  /** Where the last value stands. */
  end: { x: number; y: number } | null;
}

export interface SparkBox {
  width: number;
  height: number;
}

/** A target further away than this share of the values' range would press the line flat. */
const TARGET_REACH = 1.5;
const MARGIN = 2;

export function spark(points: readonly SparkPoint[], target: number | null, box: SparkBox): Spark {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === 0) return { path: '', target: null, end: null };
  let low = Math.min(...values);
  let high = Math.max(...values);
  const reach = Math.max(high - low, Math.abs(high), 1) * TARGET_REACH;
  const near = target !== null && target <= high + reach && target >= low - reach;
  if (near) {
    low = Math.min(low, target);
    high = Math.max(high, target);
  }
  const y = (value: number) =>
    high === low
      ? box.height / 2
      : box.height - MARGIN - ((value - low) / (high - low)) * (box.height - 2 * MARGIN);
  const step = points.length > 1 ? (box.width - 2 * MARGIN) / (points.length - 1) : 0;
  let path = '';
  let pen = 'M';
  let end: Spark['end'] = null;
  for (const [n, { value }] of points.entries()) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    end = { x: MARGIN + n * step, y: y(value) };
    path += `${pen}${round(end.x)} ${round(end.y)}`;
    pen = 'L';
  }
  return { path, target: near ? y(target) : null, end };
}

const round = (n: number) => Math.round(n * 10) / 10;

export type Tendency = 'rising' | 'falling' | 'steady' | 'none';

/** A change smaller than this share of the range is none. */
const STEADY = 0.1;

/** Where the last quarter of the values goes, against the quarter before it. */
export function tendency(points: readonly SparkPoint[]): Tendency {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  const quarter = Math.floor(values.length / 4);
  if (quarter === 0) return 'none';
  const mean = (part: readonly number[]) => part.reduce((sum, n) => sum + n, 0) / part.length;
  const change = mean(values.slice(-quarter)) - mean(values.slice(-2 * quarter, -quarter));
  const range = Math.max(...values) - Math.min(...values);
  if (range === 0 || Math.abs(change) < range * STEADY) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}
