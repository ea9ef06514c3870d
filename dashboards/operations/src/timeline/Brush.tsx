// The brush: a stretch of time drawn over the columns. Its two ends are sliders for the keyboard.

import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wallTime } from '../i18n/time';
import type { Reach } from '../view/address';
import type { Span } from '../view/filter';
import { brush } from '../view/view';
import { frame, nudged, REACH, snapped } from './buckets';

interface Props {
  reach: Reach;
  now: number;
  span: Span | null;
}

/** A pointer that moved less than this has clicked: one column, or the brush away. */
const CLICK_PX = 4;

export function Brush({ reach, now, span }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ x: number; at: number } | null>(null);
  const [drawing, setDrawing] = useState<Span | null>(null);
  const whole = frame(reach, now);
  const long = whole.to - whole.from;
  const timeAt = (x: number): number => {
    const box = area.current?.getBoundingClientRect();
    return box ? whole.from + ((x - box.left) / Math.max(1, box.width)) * long : whole.from;
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drawn.current = { x: event.clientX, at: timeAt(event.clientX) };
  };
  const move = (event: PointerEvent) => {
    if (!drawn.current || Math.abs(event.clientX - drawn.current.x) < CLICK_PX) return;
    setDrawing(snapped(reach, now, drawn.current.at, timeAt(event.clientX)));
  };
  const up = (event: PointerEvent) => {
    if (!drawn.current) return;
    const clicked = drawing === null;
    const { at } = drawn.current;
    drawn.current = null;
    setDrawing(null);
    if (clicked && span) brush(null);
    else brush(snapped(reach, now, at, clicked ? at : timeAt(event.clientX)));
  };
  const shown = drawing ?? span;
  return (
    <div
      className="brush"
      ref={area}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => {
        drawn.current = null;
        setDrawing(null);
      }}
    >
      {shown ? <Stretch reach={reach} now={now} span={shown} /> : null}
      <End end="from" reach={reach} now={now} span={span} />
      <End end="to" reach={reach} now={now} span={span} />
    </div>
  );
}

const part = (whole: Span, at: number): number =>
  Math.min(1, Math.max(0, (at - whole.from) / (whole.to - whole.from)));

/** The stretch, with what lies outside it dimmed. */
function Stretch({ reach, now, span }: { reach: Reach; now: number; span: Span }) {
  const whole = frame(reach, now);
  const left = part(whole, span.from) * 100;
  const right = part(whole, span.to) * 100;
  return (
    <>
      <span className="brush-out" style={{ left: 0, width: `${left}%` }} />
      <span className="brush-in" style={{ left: `${left}%`, width: `${right - left}%` }} />
      <span className="brush-out" style={{ left: `${right}%`, right: 0 }} />
    </>
  );
}

function End({ end, reach, now, span }: Props & { end: 'from' | 'to' }) {
  const { t } = useTranslation();
  const whole = frame(reach, now);
  const at = span?.[end] ?? whole[end];
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -5, PageUp: 5 }[event.key];
    if (event.key === 'Escape') brush(null);
    else if (by !== undefined) brush(nudged(reach, now, span ?? whole, { end, by }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span
      className={span ? 'brush-end' : 'brush-end idle'}
      style={{ left: `${part(whole, at) * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={t(`lane.end.${end}`)}
      aria-valuemin={whole.from / REACH[reach].stretch}
      aria-valuemax={whole.to / REACH[reach].stretch}
      aria-valuenow={Math.round(at / REACH[reach].stretch)}
      aria-valuetext={wallTime(at, now)}
      onKeyDown={key}
    />
  );
}
