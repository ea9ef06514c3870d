// The map as a plain list: what is in view, by group, each piece of work to be opened from here.

import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { unitKind } from '../command/unitKind';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import type { Row } from '../queue/rows';
import { SeverityMark } from '../severity/SeverityMark';
import { useNames } from '../view/names';
import { sayNamed } from '../view/translate';
import { select, showMapList, useView } from '../view/view';
import { type Bounds, listInView } from './inView';

interface Props {
  rows: readonly Row[];
  bounds: Bounds | null;
}

/** A list longer than this is no help: the number says the rest. */
const LISTED_MAX = 60;

export function TextMapList({ rows, bounds }: Props) {
  const { t, i18n } = useTranslation();
  const { places, middles, english } = useNames();
  const selected = useView((view) => view.selected);
  useFeed((feed) => feed.revision.entities + feed.revision.units);
  const keys = useBindings();
  const list = listInView(
    { rows, entities: world.entities.values(), units: world.units.values(), middles },
    bounds,
  );
  const placeOf = (row: Row) =>
    row.place ? say(places.get(row.place), i18n.language) || row.place : t('queue.unplaced');
  return (
    <section className="map-list" aria-label={t('map.list')} data-testid="map-list">
      <header className="panel-head">
        <h2>{t('map.list')}</h2>
        <button
          type="button"
          className="icon"
          aria-label={t('map.listClose')}
          title={shownKey('mapList', keys)}
          onClick={() => showMapList(false)}
        >
          ✕
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <div className="map-list-body" tabIndex={0}>
        <h3>{t('map.work', { n: list.rows.length })}</h3>
        <ul>
          {list.rows.slice(0, LISTED_MAX).map((row) => (
            <li key={row.key}>
              <button
                type="button"
                aria-pressed={row.key === selected}
                onClick={() => select(row.key)}
              >
                <SeverityMark severity={row.severity} size={15} />
                <span>{say(row.title, i18n.language)}</span>
                <span className="hint">{placeOf(row)}</span>
                <span className="hint">{t(row.acknowledged ? 'map.seen' : 'queue.unacked')}</span>
              </button>
            </li>
          ))}
        </ul>
        {list.things.length > 0 ? (
          <>
            <h3>{t('map.things', { n: list.things.length })}</h3>
            <ul>
              {list.things.slice(0, LISTED_MAX).map((thing) => (
                <li key={thing.id}>
                  <SeverityMark severity={thing.level} size={13} />{' '}
                  {sayNamed(thing.title, i18n.language, english)}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        <h3>{t('map.units', { n: list.units.length })}</h3>
        <ul>
          {list.units.slice(0, LISTED_MAX).map((unit) => (
            <li key={unit.id}>
              {say(unit.name, i18n.language)}{' '}
              <span className="hint">
                {unitKind(t, unit.kind)} · {t(`unitState.${unit.state}`)}
              </span>
            </li>
          ))}
        </ul>
        <p className="hint">{t('map.quiet', { n: list.quiet })}</p>
        {list.unplaced > 0 ? (
          <p className="hint">{t('map.unplaced', { n: list.unplaced })}</p>
        ) : null}
      </div>
    </section>
  );
}
