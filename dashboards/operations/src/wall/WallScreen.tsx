// The wallboard 大屏: the city on one wall, for eyes only. No control, no scrolling, no scaling: a grid
// in `rem` from one root size per class of screen. It renews its session, reloads itself when the hub
// brings a newer console, and says when what it shows is old.

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { useRows } from '../queue/queue';
import { useHub } from '../route/live';
import { useBranding } from '../shell/branding';
import { PanelBoundary } from '../shell/PanelBoundary';
import { LiveCounts } from '../signs/LiveCounts';
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
  return (
    <main className={stale ? 'wall stale' : 'wall'} data-testid="wall" data-state={freshness}>
      <WallHead />
      <section className="signs wall-counts" aria-label={t('signs.position')}>
        <LiveCounts rows={rows} />
      </section>
      <PanelBoundary>
        <WallSigns />
      </PanelBoundary>
      <PanelBoundary>
        <WallFeeds />
      </PanelBoundary>
      <PanelBoundary>
        <WallMap rows={rows} />
      </PanelBoundary>
      <PanelBoundary>
        <WallUnits />
      </PanelBoundary>
      <PanelBoundary>
        <WallCases rows={rows} />
      </PanelBoundary>
    </main>
  );
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

function WallHead() {
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
      <h1>{useBranding()}</h1>
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
