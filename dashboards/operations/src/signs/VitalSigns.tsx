// The row of vital signs under the header: what the position has to do, and how the city is.
// Grey while normal; colour only where something is not. Stale is shown as stale, and dated.

import { useTranslation } from 'react-i18next';
import { wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import type { Row } from '../queue/rows';
import { DepartmentTiles } from './DepartmentTiles';
import { LiveCounts } from './LiveCounts';

export function VitalSigns({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const now = useNow();
  const freshness = useFeed((feed) => feed.freshness);
  const heardAt = useFeed((feed) => feed.heardAt);
  const stale = freshness === 'STALE' || freshness === 'OFFLINE';
  return (
    <section className={stale ? 'signs stale' : 'signs'} aria-label={t('signs.label')}>
      <LiveCounts rows={rows} />
      <DepartmentTiles />
      {stale && heardAt !== null ? (
        <p className="signs-asof">{t('signs.asOf', { at: wallTime(heardAt, now) })}</p>
      ) : null}
    </section>
  );
}
