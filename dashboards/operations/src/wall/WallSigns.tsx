// The catalog's vital signs as lines: value, target, trend, what it means.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { figure } from '../signs/figure';
import { isStale, type MeasuredSign, useFreshSigns, useMeasured } from '../signs/measured';
import { Sparkline } from '../signs/Sparkline';
import { useFit } from './useFit';

const LINE_REM = 3;
const GRAVITY = { BAD: 0, WATCH: 1, UNKNOWN: 2, NORMAL: 3 } as const;

export function WallSigns() {
  const { t } = useTranslation();
  useFreshSigns();
  const { signs, heardAt } = useMeasured();
  const { element, rows } = useFit(LINE_REM, 1_000);
  // When not all fit, those that want to be seen come first.
  const fit =
    signs.length <= rows
      ? signs
      : [...signs].sort((a, b) => GRAVITY[a.state] - GRAVITY[b.state]).slice(0, rows);
  const stale = isStale(heardAt, Date.now());
  return (
    <section
      className={stale ? 'wall-panel wall-signs stale' : 'wall-panel wall-signs'}
      aria-label={t('signs.label')}
    >
      <h2>
        {t('signs.label')}
        {signs.length > fit.length ? (
          <span className="hint wall-more">{t('wall.more', { n: signs.length - fit.length })}</span>
        ) : null}
      </h2>
      <div className="wall-fit" ref={element}>
        <ul>
          {fit.map((sign) => (
            <Line key={sign.id} sign={sign} />
          ))}
        </ul>
        {signs.length === 0 ? <p className="empty">{t('signs.waiting')}</p> : null}
      </div>
    </section>
  );
}

function Line({ sign }: { sign: MeasuredSign }) {
  const { t, i18n } = useTranslation();
  return (
    <li data-state={sign.state}>
      <span className="wall-sign-name">
        {say(sign.titles, i18n.language)}
        <span className="hint">
          {t(`signs.state.${sign.state}`)} ·{' '}
          {t(sign.direction === 'ABOVE' ? 'signs.targetAtMost' : 'signs.targetAtLeast', {
            target: figure(sign.target, i18n.language),
          })}
        </span>
      </span>
      <Sparkline points={sign.trend} target={sign.target} />
      <span className="wall-sign-value mono">
        {sign.value === null ? '–' : figure(sign.value, i18n.language)}
        <span className="hint">{say(sign.units, i18n.language)}</span>
      </span>
    </li>
  );
}
