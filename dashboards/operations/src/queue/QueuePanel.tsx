// The queue: a virtual list that stands still while the operator scrolls, points at or has chosen a
// row. What arrives meanwhile waits behind a pill.

import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeed } from '../live/feed';
import { FOCUS } from '../shell/act';
import { spanned, toggled } from '../view/selection';
import { choose, freezeFor, select, showEverything, showFresh, useView, view } from '../view/view';
import { BulkBar } from './BulkBar';
import { FilterBar } from './FilterBar';
import { FilterForm } from './FilterForm';
import { QueueHead } from './QueueHead';
import { QueueRow } from './QueueRow';
import type { Queue } from './queue';
import type { Row } from './rows';
import { SavedViews } from './SavedViews';

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
  const chosen = useView((view) => view.chosen);
  const filtering = useView((view) => view.filtering);
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
  const pick = (key: string, event: MouseEvent) => {
    const now = view.getState();
    if (event.shiftKey) choose(spanned(rows, now.chosen, now.selected, key));
    else if (event.ctrlKey || event.metaKey) choose(toggled(now.chosen, key));
    select(key);
  };
  return (
    <section className="queue" aria-label={t('queue.label')}>
      <QueueHead queue={queue} all={all} onThaw={thaw} />
      <SavedViews all={all} />
      <FilterBar />
      {filtering ? <FilterForm all={all} /> : null}
      {chosen.size > 0 ? <BulkBar rows={rows} /> : null}
      <div
        className="queue-list"
        id={FOCUS.list}
        ref={scroller}
        role="listbox"
        aria-label={t('queue.label')}
        aria-multiselectable="true"
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
                chosen={chosen.has(shown.row.key)}
                choosing={chosen.size > 0}
                onPick={pick}
              />
            ) : null;
          })}
        </div>
        {rows.length === 0 ? <EmptyQueue hidden={queue.hidden} /> : null}
      </div>
    </section>
  );
}

function EmptyQueue({ hidden }: { hidden: number }) {
  const { t } = useTranslation();
  const ready = useFeed((feed) => feed.ready);
  const word = !ready ? 'queue.waiting' : hidden > 0 ? 'queue.emptyFiltered' : 'queue.empty';
  return (
    <div className="empty">
      <p>{t(word, { n: hidden })}</p>
      {ready && hidden > 0 ? (
        <button type="button" onClick={showEverything}>
          {t('filter.reset')}
        </button>
      ) : null}
    </div>
  );
}
