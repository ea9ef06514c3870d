// The row of vital signs under the header: what the position has to do, and whether its sources live.
// Grey while normal; colour only where something is not.

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { age, span, wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { Row } from '../queue/rows';
import { useNames } from '../view/names';
import {
  alertRate,
  type DepartmentSign,
  departmentSigns,
  FLOOD_FROM,
  meanTimeToAck,
  openCases,
  unackedCritical,
  unitsFree,
} from './signs';

export function VitalSigns({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const now = useNow();
  // Cheap enough to compute anew with every commit of the live picture.
  useFeed((feed) => feed.revision);
  const sources = useFeed((feed) => feed.sources);
  const freshness = useFeed((feed) => feed.freshness);
  const heardAt = useFeed((feed) => feed.heardAt);
  const critical = unackedCritical(rows);
  const cases = openCases(world.cases.values(), now);
  const mtta = meanTimeToAck(world.cases.values());
  const rate = alertRate(world.alerts.values(), now);
  const units = unitsFree(world.units.values());
  const departments = departmentSigns(sources);
  const stale = freshness === 'STALE' || freshness === 'OFFLINE';
  return (
    <section className={stale ? 'signs stale' : 'signs'} aria-label={t('signs.label')}>
      <Sign name={t('signs.unacked')} alarm={critical > 0 ? 1 : null}>
        {critical}
      </Sign>
      <Sign
        name={t('signs.openCases')}
        note={cases.breached > 0 ? t('signs.breached', { n: cases.breached }) : null}
        alarm={cases.breached > 0 ? 2 : null}
      >
        {cases.n}
      </Sign>
      <Sign name={t('signs.mtta')} note={mtta === null ? t('signs.mttaNone') : null}>
        {mtta === null ? '–' : span(mtta)}
      </Sign>
      <Sign
        name={t('signs.rate')}
        note={rate.band === 'flood' ? t('signs.flood') : null}
        alarm={rate.band === 'flood' ? 1 : null}
      >
        {rate.n}
        <meter className="gauge" min={0} max={FLOOD_FROM} value={Math.min(rate.n, FLOOD_FROM)} />
      </Sign>
      <Sign name={t('signs.units')} alarm={units.all > 0 && units.free === 0 ? 2 : null}>
        {units.free}
        <small> / {units.all}</small>
      </Sign>
      <div className="sign-departments">
        {departments.map((sign) => (
          <Department key={sign.department} sign={sign} />
        ))}
        {departments.length === 0 ? <p className="hint">{t('signs.waiting')}</p> : null}
      </div>
      {stale && heardAt !== null ? (
        <p className="signs-asof">{t('signs.asOf', { at: wallTime(heardAt, now) })}</p>
      ) : null}
    </section>
  );
}

interface SignProps {
  name: string;
  note?: string | null;
  alarm?: 1 | 2 | null;
  children: ReactNode;
}

function Sign({ name, note, alarm, children }: SignProps) {
  return (
    <div className="sign" data-alarm={alarm ?? undefined}>
      <span className="sign-name">{name}</span>
      <span className="sign-value mono">{children}</span>
      {note ? <span className="sign-note">{note}</span> : null}
    </div>
  );
}

function Department({ sign }: { sign: DepartmentSign }) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const now = useNow();
  const { department, state, lastEventAt, perMinute } = sign;
  return (
    <div
      className="sign small"
      data-alarm={state === 'dead' ? 1 : state === 'silent' ? 2 : undefined}
    >
      <span className="sign-name">
        {say(departments.get(department), i18n.language) || department}
      </span>
      <span className="sign-state">{t(`signs.source.${state}`)}</span>
      <span className="hint mono">
        {state === 'live' || lastEventAt === null
          ? t('signs.perMinute', { n: Math.round(perMinute * 10) / 10 })
          : age(now - lastEventAt, i18n.language)}
      </span>
    </div>
  );
}
