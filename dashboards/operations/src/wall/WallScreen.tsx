// The wallboard 大屏: the city on one wall, for eyes only. No control, no scrolling, no scaling: a grid
// in `rem` from one root size per class of screen. It renews its session, reloads itself when the hub
// brings a newer console, and says when what it shows is old.

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { fetchPlaceNames } from '../map/config';
import { useRows } from '../queue/queue';
import { useHub } from '../route/live';
import { useRoute } from '../route/route';
import { useBranding } from '../shell/branding';
import { PanelBoundary } from '../shell/PanelBoundary';
import { LiveCounts } from '../signs/LiveCounts';
import { PARTS, type Part, type Preset, presetAt, readRotation } from './presets';
import { keepSession } from './renewSession';
import { WallCases } from './WallCases';
import { WallMap } from './WallMap';
import { WallSigns } from './WallSigns';
import { WallFeeds, WallUnits } from './WallTables';
import '../styles/wall.css';

export function WallScreen() {
  const { t } = useTranslation();
  useHub();
  useWallSize();
  useEffect(keepSession, []);
  const rows = useRows();
  const freshness = useFeed((feed) => feed.freshness);
  const stale = freshness === 'STALE' || freshness === 'OFFLINE';
  const { preset, turns } = usePreset();
  const shows = (part: Part) => PARTS[preset].includes(part);
  const mapless = !shows('map');
  useEffect(() => {
    if (mapless) void fetchPlaceNames();
  }, [mapless]);
  return (
    <main
      className={stale ? 'wall stale' : 'wall'}
      data-testid="wall"
      data-state={freshness}
      data-preset={preset}
    >
      <WallHead preset={turns ? preset : null} />
      <section className="signs wall-counts" aria-label={t('signs.position')}>
        <LiveCounts rows={rows} />
      </section>
      <PanelBoundary>{shows('signs') ? <WallSigns /> : null}</PanelBoundary>
      <PanelBoundary>{shows('feeds') ? <WallFeeds /> : null}</PanelBoundary>
      <PanelBoundary>{shows('map') ? <WallMap rows={rows} /> : null}</PanelBoundary>
      <PanelBoundary>{shows('units') ? <WallUnits /> : null}</PanelBoundary>
      <PanelBoundary>{shows('cases') ? <WallCases rows={rows} /> : null}</PanelBoundary>
    </main>
  );
}

/** The arrangement whose turn it is, and whether there are others. */
function usePreset(): { preset: Preset; turns: boolean } {
  const { id, search } = useRoute();
  const now = useNow();
  const rotation = readRotation(id, search);
  return { preset: presetAt(rotation, now), turns: rotation.presets.length > 1 };
}

/** Marks the page, so that the root size follows the wall and not the desk. */
function useWallSize(): void {
  const branding = useBranding();
  useEffect(() => {
    document.documentElement.dataset.screen = 'wall';
    document.title = branding;
    return () => {
      delete document.documentElement.dataset.screen;
    };
  }, [branding]);
}

function WallHead({ preset }: { preset: Preset | null }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const date = new Date(now).toLocaleDateString(i18n.language.startsWith('zh') ? 'zh-CN' : 'en', {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  });
  return (
    <header className="wall-head">
      <h1>
        {useBranding()}
        {preset === null ? null : <span className="wall-turn">{t(`wall.preset.${preset}`)}</span>}
      </h1>
      <Freshness />
      <p className="wall-time">
        <span>{date}</span> <time className="mono">{wallTime(now, now)}</time>
      </p>
      <span className="visually-hidden">{t('wall.readOnly')}</span>
    </header>
  );
}

/** Fresh: one quiet word. Old: how old, and of when. */
function Freshness() {
  const { t, i18n } = useTranslation();
  const freshness = useFeed((feed) => feed.freshness);
  const heardAt = useFeed((feed) => feed.heardAt);
  const skewMs = useFeed((feed) => feed.skewMs);
  const behind = useFeed((feed) => feed.behind);
  const now = useNow() - skewMs;
  const words =
    freshness === 'LIVE'
      ? t(behind ? 'connection.behind' : 'connection.LIVE')
      : heardAt === null
        ? t(`connection.${freshness}`)
        : t('wall.stale', { age: age(now - heardAt, i18n.language), at: wallTime(heardAt, now) });
  return (
    <p className="wall-fresh" data-testid="wall-fresh" data-state={behind ? 'BEHIND' : freshness}>
      {words}
    </p>
  );
}
