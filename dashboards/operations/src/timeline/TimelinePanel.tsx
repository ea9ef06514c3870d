// The timeline: events and alerts per stretch of time by level. A brushed stretch filters map and
// queue together; the brush is drawn with the pointer or moved with the arrow keys.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { strokesOf, useBindings } from '../command/bindings';
import { shownStroke } from '../command/keytable';
import { wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { REACHES } from '../view/address';
import { brush, reachBack, useView } from '../view/view';
import { Brush } from './Brush';
import { columns, REACH, total } from './buckets';
import { Columns } from './Columns';
import { moments, useHistory } from './history';

export function TimelinePanel() {
  const { t } = useTranslation();
  const reach = useView((view) => view.reach);
  const span = useView((view) => view.filter.span);
  const now = useNow();
  const events = useFeed((feed) => feed.revision.events);
  const alerts = useFeed((feed) => feed.revision.alerts);
  const past = useHistory(reach);
  const { stretch } = REACH[reach];
  // The columns stand still between two stretches: only what is in them changes.
  const at = Math.floor(now / stretch) * stretch;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revisions say that the world changed in place.
  const list = useMemo(() => {
    const found = moments(past, reach);
    return columns(reach, at, found.events, found.alerts);
  }, [past, reach, at, events, alerts]);
  const sum = (what: 'events' | 'alerts') =>
    list.reduce((count, column) => count + total(column[what]), 0);
  return (
    <section className="timeline-panel" aria-label={t('lane.label')}>
      <header className="timeline-head">
        <h2>{t('lane.label')}</h2>
        <span className="hint">
          {t('lane.sums', { events: sum('events'), alerts: sum('alerts') })}
          {past.alertsSince === null
            ? null
            : ` ${t('lane.alertsSince', { at: wallTime(past.alertsSince, now) })}`}
        </span>
        {past.failed === null ? null : (
          <span className="breach">{t('lane.failed', { reason: past.failed })}</span>
        )}
        {span ? (
          <button type="button" className="chip removable" onClick={() => brush(null)}>
            {wallTime(span.from, now)} – {wallTime(span.to, now)} ✕
          </button>
        ) : (
          <span className="hint">{t('lane.hint')}</span>
        )}
        <Reaches />
      </header>
      <div className="timeline-chart" data-testid="timeline">
        <Columns list={list} />
        <Brush reach={reach} now={at} span={span} />
      </div>
      <Axis from={list[0]?.from ?? at} to={list.at(-1)?.to ?? at} />
    </section>
  );
}

function Reaches() {
  const { t } = useTranslation();
  const reach = useView((view) => view.reach);
  const keys = useBindings();
  return (
    <fieldset className="reaches" aria-label={t('lane.reach')}>
      {REACHES.map((one) => {
        const [stroke] = strokesOf(one, keys);
        return (
          <button
            type="button"
            key={one}
            aria-pressed={one === reach}
            title={stroke ? shownStroke(stroke) : undefined}
            onClick={() => reachBack(one)}
          >
            {t(`lane.${one}`)}
          </button>
        );
      })}
    </fieldset>
  );
}

/** Moments named below the columns; more would run into each other. */
const TICKS = 6;

function Axis({ from, to }: { from: number; to: number }) {
  const now = useNow();
  const long = to - from > REACH.day.back;
  const word = (at: number) => {
    const text = wallTime(at, long ? 0 : now);
    // Days need no seconds, hours no date unless it is another day.
    return long ? text.slice(5, 16) : text.replace(/:\d\d$/, '').slice(-5);
  };
  return (
    <ol className="timeline-axis mono" aria-hidden="true">
      {Array.from({ length: TICKS + 1 }, (_, n) => from + ((to - from) / TICKS) * n).map((at) => (
        <li key={at}>{word(at)}</li>
      ))}
    </ol>
  );
}
