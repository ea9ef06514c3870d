// The gravest work of the moment with its clocks; what does not fit is counted, never hidden silently.

import { useTranslation } from 'react-i18next';
import { readClock, worstClock } from '../case/clocks';
import { say } from '../i18n/language';
import { span } from '../i18n/time';
import { useNow } from '../live/feed';
import type { Row } from '../queue/rows';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import { useFit } from './useFit';

const LINE_REM = 3.6;
const COLUMN_REM = 24;

export function WallCases({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const { element, rows: lines, columns } = useFit(LINE_REM, COLUMN_REM);
  const shown = rows.slice(0, lines * columns);
  const more = rows.length - shown.length;
  return (
    <section className="wall-panel wall-cases" aria-label={t('wall.cases')}>
      <h2>
        {t('wall.cases')} <span className="mono">{rows.length}</span>
        {more > 0 ? <span className="hint wall-more">{t('wall.more', { n: more })}</span> : null}
      </h2>
      <div className="wall-fit" ref={element}>
        <ol style={{ gridTemplateRows: `repeat(${lines}, ${LINE_REM}rem)` }}>
          {shown.map((row) => (
            <Case key={row.key} row={row} />
          ))}
        </ol>
        {rows.length === 0 ? <p className="empty">{t('queue.empty')}</p> : null}
      </div>
    </section>
  );
}

function Case({ row }: { row: Row }) {
  const { t, i18n } = useTranslation();
  const { places, departments } = useNames();
  const item = row.case;
  const place = row.place ? say(places.get(row.place), i18n.language) || row.place : '';
  const responsible = item?.responsible
    ? say(departments.get(item.responsible), i18n.language) || item.responsible
    : '';
  return (
    <li data-severity={row.severity} data-unseen={!row.acknowledged} data-number={item?.number}>
      <SeverityMark severity={row.severity} size={30} />
      <span className="wall-case-words">
        <strong>{say(row.title, i18n.language)}</strong>
        <span className="hint">
          <span className="wall-case-place">
            {[place, responsible, item ? t(`status.${item.status}`) : t('queue.alertOnly')]
              .filter((word) => word !== '')
              .join(' · ')}
          </span>
          {row.exercise ? <span className="chip exercise">{t('exercise')}</span> : null}
        </span>
      </span>
      <CaseClock row={row} />
    </li>
  );
}

/** Time left on the clock that is due first; without one, how long the case has been open. */
function CaseClock({ row }: { row: Row }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const worst = row.case ? worstClock(row.case, now) : null;
  if (worst === null) {
    const resting = row.case?.clocks.some((clock) => readClock(clock, now).face === 'paused');
    return (
      <span className="wall-clock mono">
        {span(now - row.at)}
        <span className="hint">{t(resting ? 'clock.paused' : 'wall.open')}</span>
      </span>
    );
  }
  const { face, left, clock } = worst;
  return (
    <span className="wall-clock mono" data-face={face}>
      {face === 'over' ? `+${span(-left)}` : span(left)}
      <span className="hint">{say(clock.title, i18n.language)}</span>
    </span>
  );
}
