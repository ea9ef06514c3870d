// The map: base, live overlay, selection. React owns the frame around it; drawing happens outside
// React, at most ten times a second and on every change of the view.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import type { Text } from '../live/protocol';
import type { Row } from '../queue/rows';
import { showEverything, showMapList, usePaused, useView } from '../view/view';
import { Attribution } from './Attribution';
import { fetchBase, fetchConfig } from './config';
import type { Bounds } from './inView';
import { Legend } from './Legend';
import { LiveMap } from './LiveMap';
import { TextMapList } from './TextMapList';

interface Props {
  /** What the filter lets through. */
  rows: readonly Row[];
  /** How many rows it hides. */
  hidden: number;
}

export function MapPanel({ rows, hidden }: Props) {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<LiveMap | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attribution, setAttribution] = useState<Text | null>(null);
  const freshness = useFeed((feed) => feed.freshness);
  const entities = useFeed((feed) => feed.revision.entities);
  const units = useFeed((feed) => feed.revision.units);
  const span = useView((view) => view.filter.span);
  const listed = useView((view) => view.mapList);
  const paused = usePaused();
  const [bounds, setBounds] = useState<Bounds | null>(null);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let live: LiveMap | null = null;
    let gone = false;
    const open = async () => {
      const config = await fetchConfig();
      setAttribution(config.mapAttribution);
      const base = await fetchBase(config.mapBase).catch((error: Error) => {
        setProblem(error.message);
        return { type: 'FeatureCollection', features: [] };
      });
      if (gone) return;
      live = new LiveMap(element, config, base);
      live.onRest(setBounds);
      setMap(live);
    };
    open().catch((error: Error) => setProblem(error.message));
    return () => {
      gone = true;
      live?.destroy();
    };
  }, []);

  useEffect(() => map?.setLanguage(i18n.language), [map, i18n.language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revisions say that the world changed in place.
  useEffect(() => {
    if (!paused) map?.setWorld(rows, span);
  }, [map, rows, entities, units, span, paused]);

  const stale = freshness === 'STALE' || freshness === 'OFFLINE';
  return (
    <section className={stale ? 'map stale' : 'map'} aria-label={t('map.label')}>
      <div className="map-frame" ref={frame} data-testid="map" data-ready={map !== null} />
      {map === null && problem === null ? <p className="map-word">{t('map.loading')}</p> : null}
      {problem === null ? null : <p className="map-word">{t('map.failed', { reason: problem })}</p>}
      {stale ? <StaleDate /> : null}
      {paused && !stale ? <p className="map-frozen">{t('map.paused')}</p> : null}
      <Legend />
      <MapButtons map={map} />
      <Attribution words={attribution} />
      <Hidden n={hidden} />
      {listed ? <TextMapList rows={rows} bounds={bounds} /> : null}
    </section>
  );
}

/** What a filter hides must not be forgotten: it may be the gravest thing in the city. */
function Hidden({ n }: { n: number }) {
  const { t } = useTranslation();
  return n === 0 ? null : (
    <button type="button" className="map-hidden" onClick={showEverything}>
      {t('map.hidden', { n })} <span aria-hidden="true">✕</span>
    </button>
  );
}

function MapButtons({ map }: { map: LiveMap | null }) {
  const { t } = useTranslation();
  const keys = useBindings();
  const listed = useView((view) => view.mapList);
  return (
    <div className="map-buttons">
      <button type="button" onClick={() => map?.zoomBy(1)} aria-label={t('map.zoomIn')}>
        ＋
      </button>
      <button type="button" onClick={() => map?.zoomBy(-1)} aria-label={t('map.zoomOut')}>
        －
      </button>
      <button type="button" onClick={() => map?.whole()} title={shownKey('whole', keys)}>
        {t('map.whole')}
      </button>
      <button
        type="button"
        aria-pressed={listed}
        title={shownKey('mapList', keys)}
        onClick={() => showMapList(!listed)}
      >
        {t('map.asList')}
      </button>
    </div>
  );
}

function StaleDate() {
  const { t } = useTranslation();
  const heardAt = useFeed((feed) => feed.heardAt);
  const now = useNow();
  return heardAt === null ? null : (
    <p className="map-frozen">{t('map.frozen', { at: wallTime(heardAt, now) })}</p>
  );
}
