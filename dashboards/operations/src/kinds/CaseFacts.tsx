// What a case is and how far it has come, whatever its kind.

import { useTranslation } from 'react-i18next';
import { Clocks } from '../case/Clocks';
import { Stepper } from '../case/Stepper';
import { actorName } from '../i18n/actor';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { LiveClock, Severity } from '../live/protocol';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import type { CasePageData } from './documents';
import { useKinds } from './kinds';

export function CaseFacts({ item }: { item: CasePageData }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const { courses } = useNames();
  const kind = useKinds().kinds.find(({ name }) => name === item.kind);
  useFeed((feed) => feed.revision.cases);
  const at = (moment: string) => wallTime(Date.parse(moment), now);
  const severity = item.severity as Severity;
  const facts: [word: string, value: string][] = [
    [t('lists.kind'), say(kind?.titles, i18n.language) || item.kind],
    [t('lists.state'), say(item.stateTitles, i18n.language)],
    [t('lists.place'), item.place ? say(item.place.names, i18n.language) : t('queue.unplaced')],
    [
      t('lists.responsible'),
      item.responsible ? say(item.responsible.titles, i18n.language) : t('lists.centre'),
    ],
    [t('lists.opened'), `${at(item.openedAt)} · ${actorName(t, item.openedBy)}`],
  ];
  if (item.closedAt) facts.push([t('lists.closed'), at(item.closedAt)]);
  if (item.acknowledgedBy) facts.push([t('lists.acknowledged'), actorName(t, item.acknowledgedBy)]);
  for (const { titles, words } of item.facts)
    facts.push([say(titles, i18n.language), say(words, i18n.language)]);
  if (item.outcome) facts.push([t('dialog.outcome'), item.outcome]);
  if (item.suspendedUntil) facts.push([t('lists.restsUntil'), at(item.suspendedUntil)]);
  return (
    <>
      <div className="case-page-flags">
        <SeverityMark severity={severity} size={26} />
        <span>{t(`severity.${severity}`)}</span>
        {item.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
        {item.verified ? <span className="chip">{t('lists.verified')}</span> : null}
        {item.escalation > 0 ? (
          <span className="chip breach">
            {item.escalatedAt
              ? t('case.escalatedAt', { at: at(item.escalatedAt) })
              : t('case.escalated')}
          </span>
        ) : null}
        {item.rework > 0 ? (
          <span className="chip">{t('case.rework', { n: item.rework })}</span>
        ) : null}
        {item.bounces > 0 ? (
          <span className="chip">{t('case.bounces', { n: item.bounces })}</span>
        ) : null}
      </div>
      <Stepper status={item.status} state={item.state} course={courses.get(item.kind)} />
      <dl className="facts">
        {facts.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Clocks clocks={world.cases.get(item.key)?.clocks ?? item.clocks.map(asLive)} />
      {item.sop ? (
        <section className="block" aria-label={t('case.sop')}>
          <h3>{t('case.sop')}</h3>
          <p>{say(item.sop, i18n.language)}</p>
        </section>
      ) : null}
    </>
  );
}

const asLive = ({ name, titles, ...clock }: CasePageData['clocks'][number]): LiveClock => ({
  ...clock,
  id: name,
  title: titles,
});
