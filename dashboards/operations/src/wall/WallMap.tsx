// The map as a picture: the same base and live points as on the console, without a single control.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeed } from '../live/feed';
import type { Text } from '../live/protocol';
import { Attribution } from '../map/Attribution';
import { fetchBase, fetchConfig } from '../map/config';
import { LiveMap } from '../map/LiveMap';
import type { Row } from '../queue/rows';

export function WallMap({ rows }: { rows: readonly Row[] }) {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<LiveMap | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attribution, setAttribution] = useState<Text | null>(null);
  const entities = useFeed((feed) => feed.revision.entities);
  const units = useFeed((feed) => feed.revision.units);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let live: LiveMap | null = null;
    let gone = false;
    const open = async () => {
      const config = await fetchConfig();
      const base = await fetchBase(config.mapBase);
      if (gone) return;
      setAttribution(config.mapAttribution);
      live = new LiveMap(element, config, base);
      setMap(live);
    };
    open().catch((error: Error) => setProblem(error.message));
    return () => {
      gone = true;
      live?.destroy();
    };
  }, []);

  useEffect(() => (map && frame.current ? fitWhenResized(map, frame.current) : undefined), [map]);
  useEffect(() => map?.setLanguage(i18n.language), [map, i18n.language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revisions say that the world changed in place.
  useEffect(() => map?.setWorld(rows), [map, rows, entities, units]);

  return (
    <section className="map wall-map" aria-label={t('map.label')}>
      <div className="map-frame" ref={frame} data-testid="map" data-ready={map !== null} />
      {problem === null ? null : <p className="map-word">{t('map.failed', { reason: problem })}</p>}
      <Attribution words={attribution} />
    </section>
  );
}

/** The tables around the map grow when their data come. */
const REST_MS = 300;

/** Nobody can move the map on a wall: it shows the whole city in whatever room it has. */
function fitWhenResized(map: LiveMap, frame: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => map.whole(), REST_MS);
  });
  observer.observe(frame);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}
