// The feeds as a table. A feed that the hub has not read on is never called silent.

import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import { say } from '../i18n/language';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { figure } from '../signs/figure';
import { type FeedData, feedsQuery } from './documents';

const ASK_EVERY_MS = 10_000;
/** A clock further off than this is worth a word. */
const SKEW_S = 60;

interface Known {
  feeds: readonly FeedData[];
  heardAt: number | null;
  failure: string | null;
}

function useFeeds(): Known {
  const [known, setKnown] = useState<Known>({ feeds: [], heardAt: null, failure: null });
  useEffect(() => {
    let gone = false;
    const look = async () => {
      const answer = await ask(feedsQuery, {});
      if (gone) return;
      setKnown((before) =>
        answer.ok
          ? { feeds: answer.data.feeds, heardAt: Date.now(), failure: null }
          : { ...before, failure: answer.reason },
      );
    };
    void look();
    const timer = setInterval(() => void look(), ASK_EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);
  return known;
}

export function Feeds() {
  const { t } = useTranslation();
  const { feeds, heardAt, failure } = useFeeds();
  const behind = useFeed((feed) => feed.behind);
  const now = useNow();
  return (
    <section className="health-part" aria-label={t('health.feeds')}>
      <h3>{t('health.feeds')}</h3>
      {behind ? <p className="page-trouble">{t('health.behind')}</p> : null}
      {failure === null ? null : (
        <p className="page-trouble" role="status">
          {t('lists.failed', { reason: failure })}
          {heardAt === null ? '' : ` ${t('signs.asOf', { at: wallTime(heardAt, now) })}`}
        </p>
      )}
      <table className="grid" data-testid="feeds">
        <thead>
          <tr>
            <th scope="col">{t('lists.department')}</th>
            <th scope="col">{t('health.feed')}</th>
            <th scope="col">{t('lists.state')}</th>
            <th scope="col">{t('wall.last')}</th>
            <th scope="col" className="number">
              {t('wall.perMinute')}
            </th>
            <th scope="col" className="number">
              {t('health.rejected')}
            </th>
            <th scope="col" className="number">
              {t('health.skew')}
            </th>
          </tr>
        </thead>
        <tbody>
          {feeds.map((feed) => (
            <Line key={feed.name} feed={feed} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const WORD = { LIVE: 'live', SILENT: 'silent', DEAD: 'dead' } as const;

function Line({ feed }: { feed: FeedData }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const old = feed.lastEventAt ? age(now - Date.parse(feed.lastEventAt), i18n.language) : null;
  const never = feed.lastEventAt === null;
  const state = feed.behind ? 'behind' : never ? 'never' : WORD[feed.state];
  const skewed = feed.skew !== null && Math.abs(feed.skew) > SKEW_S;
  return (
    <tr data-feed={state}>
      <td>{say(feed.department.titles, i18n.language)}</td>
      <th scope="row">
        {say(feed.titles, i18n.language)} <span className="hint mono">{feed.name}</span>
      </th>
      <td className={state === 'live' || state === 'never' ? undefined : 'breach'}>
        {t(`signs.source.${state}`)}
        {feed.behind && feed.behindSince ? (
          <span className="hint">
            {' '}
            {t('health.since', { at: wallTime(Date.parse(feed.behindSince), now) })}
          </span>
        ) : null}
      </td>
      <td className="mono">{old ?? '–'}</td>
      <td className="mono number">{figure(feed.eventsPerMinute, i18n.language)}</td>
      <td className={feed.rejected > 0 ? 'mono number breach' : 'mono number'}>{feed.rejected}</td>
      <td className={skewed ? 'mono number breach' : 'mono number'}>
        {feed.skew === null ? '–' : `${figure(feed.skew, i18n.language)} s`}
      </td>
    </tr>
  );
}
