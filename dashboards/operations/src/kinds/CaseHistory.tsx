// Beside the facts: units, alerts and the whole timeline, newest first.

import { useTranslation } from 'react-i18next';
import { actorName } from '../i18n/actor';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useNow } from '../live/feed';
import type { Severity } from '../live/protocol';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import { sayDecision } from '../view/translate';
import type { CasePageData } from './documents';

export function CaseHistory({ item }: { item: CasePageData }) {
  const { t, i18n } = useTranslation();
  const { places } = useNames();
  const now = useNow();
  const at = (moment: string) => wallTime(Date.parse(moment), now);
  return (
    <div className="case-page-side">
      {item.assignments.length > 0 ? (
        <section className="block" aria-label={t('case.units')}>
          <h3>{t('case.units')}</h3>
          <ul className="assignments">
            {item.assignments.map((one) => (
              <li key={one.id} data-state={one.state}>
                <span>{say(one.unitNames, i18n.language)}</span>
                <span className="chip">{t(`unitState.${one.state}`)}</span>
                <span className="hint mono">{at(one.releasedAt ?? one.assignedAt)}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {item.alerts.length > 0 ? (
        <section className="block" aria-label={t('case.alerts')}>
          <h3>{t('case.alerts')}</h3>
          <ul className="case-alerts">
            {item.alerts.map((alert) => (
              <li key={alert.key}>
                <SeverityMark severity={alert.severity as Severity} size={15} />
                <span>
                  {say(alert.titles, i18n.language)}
                  <span className="hint"> {say(alert.explanation.words, i18n.language)}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <section className="block" aria-label={t('case.timeline')}>
        <h3>{t('case.timeline')}</h3>
        <ol className="timeline">
          {[...item.timeline.nodes].reverse().map((entry) => (
            <li key={`${entry.at} ${entry.command}`} data-command={entry.command}>
              <time className="mono" dateTime={entry.at}>
                {at(entry.at)}
              </time>
              <span className="timeline-words">
                <span className="timeline-text">{sayDecision(entry, i18n.language, places)}</span>
                <span className="hint">{actorName(t, entry.actor)}</span>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
