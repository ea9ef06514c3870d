// The selected case or alert: what it is, how far it has come, what may be done now, what was done.

import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { CommandBar } from '../command/CommandBar';
import { MoreOrders } from '../command/MoreOrders';
import { withGuess } from '../command/optimistic';
import { CITY } from '../command/order';
import { useGuess } from '../command/send';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { LiveAlert, LiveCase, Text } from '../live/protocol';
import { SeverityMark } from '../severity/SeverityMark';
import { useKinds, useNames } from '../view/names';
import { select, useView } from '../view/view';
import { Assignments } from './Assignments';
import { useCase } from './archive';
import { Clocks } from './Clocks';
import { fetchDetail, useDetail } from './detail';
import { KindOrders } from './KindOrders';
import { Stepper } from './Stepper';
import { Timeline } from './Timeline';

export function CasePanel() {
  const { t } = useTranslation();
  const selected = useView((view) => view.selected);
  useFeed((feed) => feed.revision.alerts);
  const id = selected?.slice(selected.indexOf(':') + 1) ?? null;
  const isCase = selected?.startsWith('case:') ?? false;
  const found = useCase(isCase ? id : null);
  const seen = useRef<LiveCase | null>(null);
  // A case that leaves the stream when it closes is still shown as it was last seen.
  if (found) seen.current = found;
  const item = found ?? (seen.current?.id === id ? seen.current : null);
  const alert = !isCase && id ? world.alerts.get(id) : undefined;
  if (item) return <CaseDetailView key={item.id} item={item} />;
  if (alert) return <AlertView alert={alert} />;
  return (
    <section className="case idle" aria-label={t('case.label')}>
      <div className="empty">
        <p>{selected && isCase ? t('case.missing') : t('case.choose')}</p>
        <p className="hint">{t('case.chooseHint')}</p>
      </div>
    </section>
  );
}

function CaseDetailView({ item: truth }: { item: LiveCase }) {
  const { t, i18n } = useTranslation();
  const { places, departments, courses } = useNames();
  const now = useNow();
  const item = withGuess(truth, useGuess(truth.id));
  const detail = useDetail(truth.id);
  useEffect(() => {
    void fetchDetail(truth.id, truth.version);
  }, [truth.id, truth.version]);
  // The answer to an order may be ahead of the stream by a moment.
  const ahead = detail !== null && detail.version > truth.version;
  const status = ahead ? detail.status : item.status;
  const state = ahead ? detail.state : item.state;
  const place = item.place ? say(places.get(item.place), i18n.language) || item.place : '';
  const responsible = item.responsible
    ? say(departments.get(item.responsible), i18n.language) || item.responsible
    : '';
  return (
    <section className="case" aria-label={t('case.label')} data-status={status}>
      <header className="case-head">
        <SeverityMark severity={item.severity} size={26} />
        <div className="case-title">
          <h2>{say(item.title, i18n.language)}</h2>
          <p className="case-facts">
            <span className="mono">{item.number}</span>
            {item.kind === CITY ? null : <KindName kind={item.kind} />}
            {item.kind === CITY || !detail ? null : (
              <span>{say(detail.stateTitles, i18n.language)}</span>
            )}
            <span>{t(`severity.${item.severity}`)}</span>
            {place ? <span>{place}</span> : null}
            <span>{t('case.opened', { at: wallTime(Date.parse(item.openedAt), now) })}</span>
            {responsible ? <span>{t('case.responsible', { name: responsible })}</span> : null}
          </p>
        </div>
        {item.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
        <CloseButton />
      </header>
      {item.kind === CITY ? (
        <Stepper status={status} />
      ) : (
        <Stepper status={status} state={state} course={courses.get(item.kind)} />
      )}
      {item.kind === CITY ? <CommandBar item={item} /> : <KindOrders item={item} />}
      <div className="case-body">
        <Flags item={item} />
        <Clocks clocks={item.clocks} />
        <Sop text={item.sop} />
        <Assignments item={item} />
        <CaseAlerts item={item} />
        <MoreOrders item={item} />
        <Timeline caseId={item.id} version={truth.version} />
      </div>
    </section>
  );
}

function KindName({ kind }: { kind: string }) {
  const { i18n } = useTranslation();
  const kinds = useKinds();
  return <span>{say(kinds.get(kind), i18n.language) || kind}</span>;
}

function Flags({ item }: { item: LiveCase }) {
  const { t } = useTranslation();
  const now = useNow();
  const flags = [
    item.acknowledgedBy
      ? t('queue.ackedBy', { name: item.acknowledgedBy.name })
      : t('queue.unacked'),
    item.escalation
      ? item.escalatedAt
        ? t('case.escalatedAt', { at: wallTime(Date.parse(item.escalatedAt), now) })
        : t('case.escalated')
      : null,
    item.verified && item.status === 'VERIFYING' ? t('case.verified') : null,
    item.rework > 0 ? t('case.rework', { n: item.rework }) : null,
    item.bounces > 0 ? t('case.bounces', { n: item.bounces }) : null,
  ].filter((flag) => flag !== null);
  return (
    <p className="flags">
      {flags.map((flag) => (
        <span className="chip" key={flag}>
          {flag}
        </span>
      ))}
    </p>
  );
}

function Sop({ text }: { text: Text | null | undefined }) {
  const { t, i18n } = useTranslation();
  const words = say(text, i18n.language);
  return words ? (
    <section className="block" aria-label={t('case.sop')}>
      <h3>{t('case.sop')}</h3>
      <p>{words}</p>
    </section>
  ) : null;
}

function CaseAlerts({ item }: { item: LiveCase }) {
  const { t, i18n } = useTranslation();
  const alerts = item.alerts
    .map((id) => world.alerts.get(id))
    .filter((alert) => alert !== undefined);
  return alerts.length === 0 ? null : (
    <section className="block" aria-label={t('case.alerts')}>
      <h3>{t('case.alerts')}</h3>
      <ul className="case-alerts">
        {alerts.map((alert) => (
          <li key={alert.id}>
            <SeverityMark severity={alert.severity} size={15} />
            <span>
              {say(alert.title, i18n.language)}
              <span className="hint"> {say(alert.explanation, i18n.language)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AlertView({ alert }: { alert: LiveAlert }) {
  const { t, i18n } = useTranslation();
  const { places, departments } = useNames();
  const now = useNow();
  const place = alert.place ? say(places.get(alert.place), i18n.language) || alert.place : '';
  return (
    <section className="case" aria-label={t('case.alertLabel')}>
      <header className="case-head">
        <SeverityMark severity={alert.severity} size={26} />
        <div className="case-title">
          <h2>{say(alert.title, i18n.language)}</h2>
          <p className="case-facts">
            <span>{t(`severity.${alert.severity}`)}</span>
            {place ? <span>{place}</span> : null}
            <span>{wallTime(Date.parse(alert.raisedAt), now)}</span>
            <span>{t('queue.events', { n: alert.eventCount })}</span>
          </p>
        </div>
        {alert.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
        <CloseButton />
      </header>
      <div className="case-body">
        <p>{say(alert.rule.title, i18n.language)}</p>
        <p className="hint">{say(alert.explanation, i18n.language)}</p>
        <Sop text={alert.rule.sop} />
        <p className="flags">
          {alert.departments.map((name) => (
            <span className="chip" key={name}>
              {say(departments.get(name), i18n.language) || name}
            </span>
          ))}
        </p>
        <p className="hint">{t('case.alertNoCase')}</p>
      </div>
    </section>
  );
}

function CloseButton() {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="icon"
      onClick={() => select(null)}
      aria-label={t('case.close')}
    >
      ✕
    </button>
  );
}
