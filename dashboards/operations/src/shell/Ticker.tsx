// The log lane: the newest events of all departments, for information, without any claim on attention.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import type { LiveEvent } from '../live/protocol';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import { sayNamed } from '../view/translate';

/** Two columns of three. */
const LINES = 6;

export function Ticker() {
  const { t, i18n } = useTranslation();
  const { departments, places, english } = useNames();
  const now = useNow();
  useFeed((feed) => feed.revision.events);
  /** The place's name, unless the title tells it already. */
  const placeBeside = ({ place }: LiveEvent, title: string) => {
    const name = place ? say(places.get(place), i18n.language) || place : '';
    return title.includes(name) ? '' : name;
  };
  const events = world.events.slice(0, LINES);
  return (
    <section className="ticker" aria-label={t('ticker.label')}>
      <h2>{t('ticker.label')}</h2>
      {events.length === 0 ? <p className="hint">{t('ticker.empty')}</p> : null}
      <ul>
        {events.map((event) => {
          const title = sayNamed(event.title, i18n.language, english);
          return (
            <li key={event.id}>
              <time className="mono">{wallTime(Date.parse(event.time), now)}</time>
              {event.level && event.level <= 2 ? (
                <SeverityMark severity={event.level} size={13} />
              ) : (
                <span className="ticker-dot" aria-hidden="true" />
              )}
              <span className="ticker-who">
                {say(departments.get(event.department), i18n.language) || event.department}
              </span>
              <span className="ticker-what" title={title}>
                {title}
              </span>
              <span className="hint">{placeBeside(event, title)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
