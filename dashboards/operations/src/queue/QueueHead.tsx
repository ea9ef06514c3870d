// Head of the queue: how many, what is new, why it stands still, and the four levels as switches.

import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { SEVERITIES } from '../severity/palette';
import { SeverityMark } from '../severity/SeverityMark';
import { togglePause, toggleSeverity, usePaused, useView } from '../view/view';
import type { Queue } from './queue';
import type { Row } from './rows';

interface Props {
  queue: Queue;
  all: readonly Row[];
  onThaw: () => void;
}

export function QueueHead({ queue, all, onThaw }: Props) {
  const { t } = useTranslation();
  const paused = usePaused();
  const keys = useBindings();
  const waiting = queue.fresh.length;
  const shown = all.length - queue.hidden;
  return (
    <header className="panel-head">
      <h2>{t('queue.label')}</h2>
      <span className="count" data-testid="queue-count">
        {queue.hidden > 0
          ? t('queue.countOf', { n: shown, of: all.length })
          : t('queue.count', { n: shown })}
      </span>
      <p className="visually-hidden" role="status">
        {waiting > 0 ? t('queue.fresh', { n: waiting }) : ''}
      </p>
      {waiting > 0 ? (
        <button
          type="button"
          className="pill"
          data-testid="fresh"
          title={t('queue.freshHint')}
          onClick={onThaw}
        >
          ↑ {t('queue.fresh', { n: waiting })}
          <kbd>{shownKey('fresh', keys)}</kbd>
        </button>
      ) : null}
      {paused ? (
        <button type="button" className="pill paused" data-testid="paused" onClick={togglePause}>
          {t('queue.paused')} <kbd>{shownKey('pause', keys)}</kbd>
        </button>
      ) : null}
      {waiting === 0 && queue.frozen && !paused ? (
        <span className="chip quiet">{t('queue.frozen')}</span>
      ) : null}
      <SeverityFilter all={all} />
    </header>
  );
}

function SeverityFilter({ all }: { all: readonly Row[] }) {
  const { t } = useTranslation();
  const severities = useView((view) => view.filter.severities);
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
