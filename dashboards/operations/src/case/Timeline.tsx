// Everything people, clocks and routing did to the case, newest first, each with actor and time.

import { useTranslation } from 'react-i18next';
import { actorName } from '../i18n/actor';
import { wallTime } from '../i18n/time';
import { useNow } from '../live/feed';
import { useNames } from '../view/names';
import { sayDecision } from '../view/translate';
import { fetchDetail, useDetail, useDetailFailure } from './detail';

export function Timeline({ caseId, version }: { caseId: string; version: number }) {
  const { t, i18n } = useTranslation();
  const { places } = useNames();
  const now = useNow();
  const detail = useDetail(caseId);
  const failure = useDetailFailure(caseId);
  const entries = detail ? [...detail.timeline.nodes].reverse() : [];
  return (
    <section className="block" aria-label={t('case.timeline')}>
      <h3>{t('case.timeline')}</h3>
      {failure === null ? null : (
        <p className="hint">
          {failure ? t('case.failed', { reason: failure }) : t('case.missing')}{' '}
          <button type="button" onClick={() => void fetchDetail(caseId, version)}>
            {t('case.again')}
          </button>
        </p>
      )}
      {detail === null && failure === null ? <p className="hint">{t('case.loading')}</p> : null}
      {detail && entries.length === 0 ? <p className="hint">{t('case.noTimeline')}</p> : null}
      <ol className="timeline">
        {entries.map((entry) => (
          <li key={`${entry.at} ${entry.command} ${entry.words.en}`} data-command={entry.command}>
            <time className="mono" dateTime={entry.at}>
              {wallTime(Date.parse(entry.at), now)}
            </time>
            <span className="timeline-words">
              <span className="timeline-text">{sayDecision(entry, i18n.language, places)}</span>
              <span className="hint">{actorName(t, entry.actor)}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
