// The full-width bar that makes it impossible to take an old picture for a fresh one.

import { useTranslation } from 'react-i18next';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';

export function StaleBanner() {
  const { t, i18n } = useTranslation();
  const freshness = useFeed((feed) => feed.freshness);
  const heardAt = useFeed((feed) => feed.heardAt);
  const attempts = useFeed((feed) => feed.attempts);
  const skewMs = useFeed((feed) => feed.skewMs);
  const now = useNow() - skewMs;
  if (freshness === 'LIVE') return null;
  if (freshness === 'CONNECTING' && attempts === 0) return null;
  const n = Math.max(1, attempts);
  const words =
    heardAt === null
      ? t('banner.never', { n })
      : t(freshness === 'OFFLINE' ? 'banner.offline' : 'banner.stale', {
          age: age(now - heardAt, i18n.language),
          at: wallTime(heardAt, now),
          n,
        });
  return (
    <div className="banner" data-testid="banner" data-state={freshness} role="alert">
      {words}
    </div>
  );
}
