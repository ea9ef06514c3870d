// The queue: a virtual list that stands still while the operator scrolls, points at or has chosen a
// row. What arrives meanwhile waits behind a pill.

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeed } from '../live/feed';
import { SEVERITIES } from '../severity/palette';
import { SeverityMark } from '../severity/SeverityMark';
import { freezeFor, select, showFresh, toggleSeverity, useView } from '../view/view';
import { QueueRow } from './QueueRow';
import type { Queue } from './queue';
import type { Row } from './rows';

const ROW_PX = 51;
/** A pointer that only crosses the list is no intent. */
const HOVER_MS = 400;

interface Props {
  queue: Queue;
  all: readonly Row[];
}

export function QueuePanel({ queue, all }: Props) {
  const { t } = useTranslation();
  const selected = useView((view) => view.selected);
  const scroller = useRef<HTMLDivElement>(null);
  const hover = useRef<ReturnType<typeof setTimeout> | null>(null);
  const { rows } = queue;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (n) => rows[n]?.row.key ?? n,
    overscan: 8,
  });
  const at = rows.findIndex(({ row }) => row.key === selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the selection only; the list may move freely below it.
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [selected]);
  const pointerIn = () => {
    hover.current = setTimeout(() => freezeFor('hover', true), HOVER_MS);
  };
  const pointerOut = () => {
    if (hover.current !== null) clearTimeout(hover.current);
    freezeFor('hover', false);
  };
  const scrolled = () => freezeFor('scroll', (scroller.current?.scrollTop ?? 0) > ROW_PX / 2);
  const thaw = () => {
    scroller.current?.scrollTo({ top: 0 });
    showFresh();
  };
  return (
    <section className="queue" aria-label={t('queue.label')}>
      <QueueHead queue={queue} all={all} onThaw={thaw} />
      <div
        className="queue-list"
        ref={scroller}
        role="listbox"
        aria-label={t('queue.label')}
        aria-activedescendant={at >= 0 ? `row-${selected}` : undefined}
        tabIndex={0}
        onScroll={scrolled}
        onPointerEnter={pointerIn}
        onPointerLeave={pointerOut}
      >
        <div className="queue-space" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((slot) => {
            const shown = rows[slot.index];
            return shown ? (
              <QueueRow
                key={slot.key}
                shown={shown}
                at={slot.index}
                of={rows.length}
                top={slot.start}
                height={ROW_PX}
                selected={shown.row.key === selected}
                onSelect={select}
              />
            ) : null;
          })}
        </div>
        {rows.length === 0 ? <EmptyQueue filtered={queue.filtered} /> : null}
      </div>
    </section>
  );
}

interface HeadProps extends Props {
  onThaw: () => void;
}

function QueueHead({ queue, all, onThaw }: HeadProps) {
  const { t } = useTranslation();
  const waiting = queue.fresh.length;
  return (
    <header className="panel-head">
      <h2>{t('queue.label')}</h2>
      <span className="count" data-testid="queue-count">
        {t('queue.count', { n: all.length })}
      </span>
      {waiting > 0 ? (
        <button
          type="button"
          className="pill"
          data-testid="fresh"
          title={t('queue.freshHint')}
          onClick={onThaw}
        >
          ↑ {t('queue.fresh', { n: waiting })}
          <kbd>.</kbd>
        </button>
      ) : null}
      {waiting === 0 && queue.frozen ? (
        <span className="chip quiet">{t('queue.frozen')}</span>
      ) : null}
      <SeverityFilter all={all} />
    </header>
  );
}

function EmptyQueue({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const ready = useFeed((feed) => feed.ready);
  const word = !ready ? 'queue.waiting' : filtered ? 'queue.emptyFiltered' : 'queue.empty';
  return <p className="empty">{t(word)}</p>;
}

function SeverityFilter({ all }: { all: readonly Row[] }) {
  const { t } = useTranslation();
  const severities = useView((view) => view.severities);
  return (
    <fieldset className="severity-filter" aria-label={t('severityFilter')}>
      {SEVERITIES.map((level) => (
        <button
          type="button"
          key={level}
          aria-pressed={severities.includes(level)}
          title={`${t(`severity.${level}`)} (${level})`}
          onClick={() => toggleSeverity(level)}
        >
          <SeverityMark severity={level} size={16} />
          {all.filter((row) => row.severity === level).length}
        </button>
      ))}
    </fieldset>
  );
}
