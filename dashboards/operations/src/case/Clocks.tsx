// The case's time limits: counting down, about to run out, run out, or met.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { remaining } from '../i18n/time';
import { useNow } from '../live/feed';
import type { LiveClock } from '../live/protocol';
import { ClockIcon } from './ClockIcon';
import { type ClockReading, readClock } from './clocks';

const WORD = {
  running: 'clock.left',
  risk: 'clock.risk',
  over: 'clock.over',
  paused: 'clock.paused',
  met: 'clock.met',
  late: 'clock.late',
} as const;

export function Clocks({ clocks }: { clocks: readonly LiveClock[] }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (clocks.length === 0) return null;
  const word = ({ face, left }: ClockReading) =>
    t(WORD[face], { time: remaining(Math.abs(left), i18n.language) });
  return (
    <ul className="clocks" aria-label={t('case.clocks')}>
      {clocks.map((clock) => {
        const reading = readClock(clock, now);
        return (
          <li key={clock.id} className={`clock ${reading.face}`} data-face={reading.face}>
            <span className="clock-name">
              <ClockIcon /> {say(clock.title, i18n.language)}
              {clock.counts && clock.counts !== 'WALL' ? (
                <span className="hint"> {t(`clock.counts.${clock.counts}`)}</span>
              ) : null}
            </span>
            <span className="clock-time mono">{word(reading)}</span>
          </li>
        );
      })}
    </ul>
  );
}
