// The units on a case and how far each has come.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { LiveCase } from '../live/protocol';

export function Assignments({ item }: { item: LiveCase }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  useFeed((feed) => feed.revision.units);
  return (
    <section className="block" aria-label={t('case.units')}>
      <h3>{t('case.units')}</h3>
      {item.assignments.length === 0 ? <p className="hint">{t('case.noUnits')}</p> : null}
      <ul className="assignments">
        {item.assignments.map((assignment) => (
          <li key={assignment.id} data-state={assignment.state}>
            <span>
              {say(assignment.unitName ?? world.units.get(assignment.unit)?.name, i18n.language) ||
                assignment.unit}
            </span>
            <span className="chip">{t(`unitState.${assignment.state}`)}</span>
            {assignment.since ? (
              <span className="hint mono">
                {t('case.since', { at: wallTime(Date.parse(assignment.since), now) })}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
