// The position's own figures, counted from the live picture: what waits, how fast it is taken up, how
// much comes in, who is free.

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { span } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { Row } from '../queue/rows';
import { useNames } from '../view/names';
import { RateGauge } from './RateGauge';
import {
  alertRate,
  openCases,
  type TimeToAck,
  timeToAck,
  unackedCritical,
  unitsFree,
} from './signs';

export function LiveCounts({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const now = useNow();
  // Cheap enough to count anew with every commit of the live picture.
  useFeed((feed) => feed.revision);
  const critical = unackedCritical(rows);
  const cases = openCases(world.cases.values(), now);
  const { ackTargets } = useNames();
  const mtta = timeToAck(world.cases.values(), ackTargets);
  const rate = alertRate(world.alerts.values(), now);
  const units = unitsFree(world.units.values());
  return (
    <>
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
      <MeanTime mtta={mtta} />
      <Sign
        name={t('signs.rate')}
        note={t(`signs.band.${rate.band}`)}
        alarm={rate.band === 'flood' ? 1 : null}
      >
        {rate.n}
        <RateGauge rate={rate} />
      </Sign>
      <Sign name={t('signs.units')} alarm={units.all > 0 && units.free === 0 ? 2 : null}>
        {units.free}
        <small> / {units.all}</small>
      </Sign>
    </>
  );
}

/** The mean beside its target; what is over it says so in a word, not by colour alone. */
function MeanTime({ mtta: { mean, target, over } }: { mtta: TimeToAck }) {
  const { t } = useTranslation();
  const word = over ? t('signs.state.BAD') : null;
  return (
    <Sign
      name={t('signs.mtta')}
      note={mean === null ? t('signs.mttaNone') : word}
      title={target === null ? undefined : t('signs.targetAtMost', { target: span(target) })}
      alarm={over ? 2 : null}
    >
      {mean === null ? '–' : span(mean)}
      {target === null ? null : <small> / {span(target)}</small>}
    </Sign>
  );
}

interface SignProps {
  name: string;
  note?: string | null;
  alarm?: 1 | 2 | null;
  /** The same at more length, for the pointer. */
  title?: string | undefined;
  children: ReactNode;
}

function Sign({ name, note, alarm, title, children }: SignProps) {
  return (
    <div className="sign" data-alarm={alarm ?? undefined} title={title}>
      <span className="sign-name">{name}</span>
      <span className="sign-value mono">{children}</span>
      {note ? <span className="sign-note">{note}</span> : null}
    </div>
  );
}
