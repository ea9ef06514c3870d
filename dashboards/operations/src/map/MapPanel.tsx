// The map: base, live overlay, selection. React owns the frame around it; drawing happens outside
// React, at most ten times a second and on every change of the view.

import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow, world } from '../live/feed';
import { alertRow, caseRow, type Row } from '../queue/rows';
import { useNames } from '../view/names';
import { useView } from '../view/view';
import { fetchBase, fetchConfig } from './config';
import { Legend } from './Legend';
import { LiveMap } from './LiveMap';

interface Props {
  rows: readonly Row[];
}

export function MapPanel({ rows }: Props) {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<LiveMap | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attribution, setAttribution] = useState<string | null>(null);
  const freshness = useFeed((feed) => feed.freshness);
  const entities = useFeed((feed) => feed.revision.entities);
  const units = useFeed((feed) => feed.revision.units);

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
  useEffect(() => map?.setWorld(rows), [map, rows, entities, units]);

  const stale = freshness === 'STALE' || freshness === 'OFFLINE';
  return (
    <section className={stale ? 'map stale' : 'map'} aria-label={t('map.label')}>
      <div className="map-frame" ref={frame} data-testid="map" data-ready={map !== null} />
      {map === null && problem === null ? <p className="map-word">{t('map.loading')}</p> : null}
      {problem === null ? null : <p className="map-word">{t('map.failed', { reason: problem })}</p>}
      {stale ? <StaleDate /> : null}
      <Legend />
      <MapButtons map={map} />
      {attribution ? <p className="map-attribution">{attribution}</p> : null}
      <MapList rows={rows} />
    </section>
  );
}

function MapButtons({ map }: { map: LiveMap | null }) {
  const { t } = useTranslation();
  return (
    <div className="map-buttons">
      <button type="button" onClick={() => map?.zoomBy(1)} aria-label={t('map.zoomIn')}>
        ＋
      </button>
      <button type="button" onClick={() => map?.zoomBy(-1)} aria-label={t('map.zoomOut')}>
        －
      </button>
      <button type="button" onClick={() => map?.whole()} title="Shift+Z">
        {t('map.whole')}
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

/** The same for those who cannot see the canvas: what wants attention, in words. */
function MapList({ rows }: Props) {
  const { t, i18n } = useTranslation();
  const { places } = useNames();
  const selected = useView((view) => view.selected);
  const chosen = useMemo(() => chosenRow(selected), [selected]);
  const listed = useMemo(() => [...(chosen ? [chosen] : []), ...rows.slice(0, 20)], [chosen, rows]);
  return (
    <ul className="visually-hidden" aria-label={t('map.list')}>
      {listed.map((row, n) => (
        <li key={`${row.key}:${n === 0 && chosen ? 'chosen' : ''}`}>
          {t(`severity.${row.severity}`)} {say(row.title, i18n.language)}{' '}
          {row.place ? say(places.get(row.place), i18n.language) || row.place : ''}
        </li>
      ))}
    </ul>
  );
}

function chosenRow(key: string | null): Row | null {
  if (!key) return null;
  const id = key.slice(key.indexOf(':') + 1);
  const item = key.startsWith('case:') ? world.cases.get(id) : undefined;
  if (item) return caseRow(item);
  const alert = world.alerts.get(id);
  return alert ? alertRow(alert) : null;
}
