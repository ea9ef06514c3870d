// A small line of the last windows with the target across it. The words beside it say the same.

import { type SparkPoint, spark } from './spark';

interface Props {
  points: readonly SparkPoint[];
  target?: number | null;
  width?: number;
  height?: number;
}

export function Sparkline({ points, target = null, width = 64, height = 20 }: Props) {
  const line = spark(points, target, { width, height });
  if (line.end === null) return null;
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {line.target === null ? null : (
        <line className="spark-target" x1={0} x2={width} y1={line.target} y2={line.target} />
      )}
      <path className="spark-line" d={line.path} />
      <circle className="spark-end" cx={line.end.x} cy={line.end.y} r={2} />
    </svg>
  );
}
