// One row of the queue: what, where, how long, and who has it.

import { type MouseEvent, memo } from 'react';
import { useTranslation } from 'react-i18next';
import { ClockIcon } from '../case/ClockIcon';
import { worstClock } from '../case/clocks';
import { say } from '../i18n/language';
import { remaining } from '../i18n/time';
import { useNow } from '../live/feed';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import type { ShownRow } from './freeze';

interface Props {
  shown: ShownRow;
  /** Its place in the whole list, of which only a part is in the document. */
  at: number;
  of: number;
  top: number;
  height: number;
  selected: boolean;
  /** Taken up together with others. */
  chosen: boolean;
  /** Something is, so that rows that are not say so too. */
  choosing: boolean;
  onPick: (key: string, event: MouseEvent) => void;
}

export const QueueRow = memo(function QueueRow(props: Props) {
  const { shown, at, of, top, height, selected, chosen, choosing, onPick } = props;
  const { t, i18n } = useTranslation();
  const { places } = useNames();
  const { row, gone } = shown;
  const critical = row.severity === 1 && !row.acknowledged && !gone;
  const place = row.place ? say(places.get(row.place), i18n.language) || row.place : '';
  const names = [
    'row',
    selected && 'selected',
    chosen && 'chosen',
    gone && 'gone',
    critical && 'critical',
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard moves the selection of the whole list.
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the list, which names the active row.
    <div
      id={`row-${row.key}`}
      role="option"
      aria-selected={choosing ? chosen : selected}
      aria-posinset={at + 1}
      aria-setsize={of}
      className={names.filter(Boolean).join(' ')}
      data-key={row.key}
      data-status={row.case?.status}
      data-number={row.case?.number}
      title={row.case?.number}
      style={{
        transform: `translateY(${top}px)`,
        height,
        borderLeftColor: `var(--mark-${row.severity})`,
      }}
      onClick={(event) => onPick(row.key, event)}
    >
      {choosing ? (
        <span className="row-tick" aria-hidden="true">
          {chosen ? '☑' : '☐'}
        </span>
      ) : null}
      <SeverityMark severity={row.severity} />
      <div className="row-words">
        <div className="row-line">
          <span className="row-name">{say(row.title, i18n.language)}</span>
          <RowTime row={row} gone={gone} />
        </div>
        <div className="row-line facts">
          <span>{t(`severity.${row.severity}`)}</span>
          <span className="row-place">{place || t('queue.unplaced')}</span>
          {row.case?.escalation ? (
            <span className="chip escalated">{t('case.escalated')}</span>
          ) : null}
          {row.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
          <RowState row={row} gone={gone} />
        </div>
      </div>
    </div>
  );
});

function RowTime({ row, gone }: ShownRow) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const clock = row.case && !gone ? worstClock(row.case, now) : null;
  if (clock === null)
    return <span className="row-time mono">{remaining(now - row.at, i18n.language)}</span>;
  const { face, left } = clock;
  const word =
    face === 'over'
      ? t('clock.over', { time: remaining(-left, i18n.language) })
      : face === 'risk'
        ? t('clock.risk', { time: remaining(left, i18n.language) })
        : remaining(left, i18n.language);
  return (
    <span className={`row-time mono ${face}`} data-face={face}>
      <ClockIcon /> {word}
    </span>
  );
}

function RowState({ row, gone }: ShownRow) {
  const { t } = useTranslation();
  if (gone) {
    const status = row.case?.status;
    return <span className="state">{status ? t(`status.${status}`) : t('queue.gone')}</span>;
  }
  if (!row.case) return <span className="state unacked">{t('queue.alertOnly')}</span>;
  if (!row.acknowledged) return <span className="state unacked">{t('queue.unacked')}</span>;
  return (
    <span className="state">
      {t(`status.${row.case.status}`)} · {row.case.acknowledgedBy?.name}
    </span>
  );
}
