// The columns: alerts above in the colours of their levels, events below, quiet ones in grey. Drawn in
// a box of one unit per column, so that the browser does the scaling.

import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Severity } from '../live/protocol';
import { type Column, type Levels, niceTop, total } from './buckets';

/** Heights in the drawing's own units: alerts, a gap, events. */
const ALERTS = 30;
const GAP = 4;
const EVENTS = 66;
const WIDTH = 10;
const BAR = 8;

/** From the bottom of a column up: the gravest stand on the base line, where they are compared best. */
const ORDER: readonly (0 | Severity)[] = [1, 2, 3, 4, 0];

const colour = (level: 0 | Severity): string =>
  level === 0 ? 'var(--control)' : `var(--severity-${level})`;

export const Columns = memo(function Columns({ list }: { list: readonly Column[] }) {
  const { t } = useTranslation();
  const most = (what: 'events' | 'alerts') =>
    niceTop(Math.max(1, ...list.map((column) => total(column[what]))));
  const tops = { events: most('events'), alerts: most('alerts') };
  return (
    <>
      <svg
        className="timeline-columns"
        viewBox={`0 0 ${list.length * WIDTH} ${ALERTS + GAP + EVENTS}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('lane.picture', { alerts: tops.alerts, events: tops.events })}
      >
        {list.map((column, n) => (
          <g key={column.from} transform={`translate(${n * WIDTH + (WIDTH - BAR) / 2} 0)`}>
            <Stack levels={column.alerts} top={tops.alerts} base={ALERTS} height={ALERTS} />
            <Stack
              levels={column.events}
              top={tops.events}
              base={ALERTS + GAP + EVENTS}
              height={EVENTS}
            />
          </g>
        ))}
      </svg>
      <span className="timeline-top alerts hint" aria-hidden="true">
        {t('lane.alerts', { n: tops.alerts })}
      </span>
      <span className="timeline-top events hint" aria-hidden="true">
        {t('lane.events', { n: tops.events })}
      </span>
    </>
  );
});

interface StackProps {
  levels: Levels;
  top: number;
  base: number;
  height: number;
}

function Stack({ levels, top, base, height }: StackProps) {
  let y = base;
  return ORDER.map((level) => {
    if (levels[level] === 0) return null;
    const h = (levels[level] / top) * height;
    y -= h;
    return <rect key={level} x={0} y={y} width={BAR} height={h} style={{ fill: colour(level) }} />;
  });
}
