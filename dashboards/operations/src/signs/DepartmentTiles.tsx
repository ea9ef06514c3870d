// One tile per department: its gravest sign with target and trend, and whether its events come. A
// silent department and a hub that is behind are two different things, and look it.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { age } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { Link } from '../route/Link';
import { useNames } from '../view/names';
import { figure } from './figure';
import { isStale, type MeasuredSign, useFreshSigns, useMeasured } from './measured';
import { Sparkline } from './Sparkline';
import { type DepartmentSign, departmentSigns, gravestSign } from './signs';

/** On the wall nothing is a link: nobody can follow one there. */
export function DepartmentTiles({ linked = true }: { linked?: boolean }) {
  const { t } = useTranslation();
  useFreshSigns();
  const sources = useFeed((feed) => feed.sources);
  const { signs } = useMeasured();
  const departments = departmentSigns(sources);
  return (
    <div className="sign-departments">
      {departments.map((feed) => (
        <Tile
          key={feed.department}
          feed={feed}
          linked={linked}
          sign={gravestSign(signs.filter((sign) => sign.department.name === feed.department))}
        />
      ))}
      {departments.length === 0 ? <p className="hint">{t('signs.waiting')}</p> : null}
    </div>
  );
}

function alarmOf(feed: DepartmentSign, sign: MeasuredSign | null): 1 | 2 | undefined {
  if (feed.state === 'dead') return 1;
  if (sign?.state === 'BAD' || feed.state === 'silent' || feed.state === 'behind') return 2;
  return undefined;
}

interface TileProps {
  feed: DepartmentSign;
  sign: MeasuredSign | null;
  linked: boolean;
}

function Tile({ feed, sign, linked }: TileProps) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const { heardAt } = useMeasured();
  const now = useNow();
  const name = say(departments.get(feed.department), i18n.language) || feed.department;
  const { state, lastEventAt, perMinute } = feed;
  const tile = (
    <span className="sign-tile" data-alarm={alarmOf(feed, sign)} data-feed={state}>
      <span className="sign-name">{name}</span>
      {sign ? <SignFigure sign={sign} stale={isStale(heardAt, Date.now())} /> : null}
      <span className="sign-feed">
        <span className="sign-state">{t(`signs.source.${state}`)}</span>
        <span className="hint mono">
          {state === 'live' || lastEventAt === null
            ? t('signs.perMinute', { n: Math.round(perMinute * 10) / 10 })
            : age(now - lastEventAt, i18n.language)}
        </span>
      </span>
    </span>
  );
  return linked ? (
    <Link to="/signs" className="sign small">
      {tile}
    </Link>
  ) : (
    <div className="sign small">{tile}</div>
  );
}

function SignFigure({ sign, stale }: { sign: MeasuredSign; stale: boolean }) {
  const { t, i18n } = useTranslation();
  const value = sign.value === null ? '–' : figure(sign.value, i18n.language);
  return (
    <span
      className={stale ? 'sign-figure stale' : 'sign-figure'}
      title={t('signs.against', {
        name: say(sign.titles, i18n.language),
        value: `${value} ${say(sign.units, i18n.language)}`,
        target: figure(sign.target, i18n.language),
      })}
    >
      <strong className="mono" data-state={sign.state}>
        {value}
      </strong>
      <Sparkline points={sign.trend} target={sign.target} width={44} height={16} />
    </span>
  );
}
