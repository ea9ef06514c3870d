// Events that could not be admitted: why, the original, and sending chosen ones again. Each letter
// gets an answer of its own.

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../archive/FilterFields';
import { ListFoot } from '../archive/ListFoot';
import { type Pages, usePages } from '../archive/usePages';
import { ask } from '../graphql/client';
import { say } from '../i18n/language';
import { useFeed } from '../live/feed';
import { rewriteQuery, useRoute } from '../route/route';
import { useNames } from '../view/names';
import { type LetterData, lettersQuery } from './documents';
import { LetterGroups } from './LetterGroups';
import { LetterLine } from './LetterLine';
import { type LetterFilter, letterFilter } from './letterFilter';
import { useReplay } from './useReplay';

const PAGE = 50;
/** The hub sends at most so many again with one order. */
const REPLAY_MAX = 200;

export function DeadLetters() {
  const { t } = useTranslation();
  const filter = letterFilter(useRoute().search);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = useLetters(filter);
  const replay = useReplay(pages);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const all = pages.rows.length > 0 && pages.rows.every(({ id }) => chosen.has(id));
  const ids = pages.rows.map(({ id }) => id).filter((id) => chosen.has(id));
  return (
    <section className="health-part" aria-label={t('health.letters')}>
      <h3>{t('health.letters')}</h3>
      <Tools pages={pages} />
      <LetterGroups filter={filter} />
      <div className="tools letter-tools">
        <button
          type="button"
          className="primary"
          data-testid="replay"
          disabled={ids.length === 0 || ids.length > REPLAY_MAX || replay.working}
          onClick={() => void replay.send(ids).then(() => setChosen(new Set()))}
        >
          {t('health.replay', { n: ids.length })}
        </button>
        <button
          type="button"
          data-testid="replay-matching"
          disabled={pages.rows.length === 0 || replay.working || pages.loading}
          onClick={() => void replay.sendMatching(filter)}
        >
          {t('health.replayMatching')}
        </button>
        {replay.counts ? (
          <span role="status" data-testid="replay-counts">
            {t('health.replayCounts', replay.counts)}
          </span>
        ) : null}
        {ids.length > REPLAY_MAX ? (
          <span className="breach">{t('health.tooMany', { max: REPLAY_MAX })}</span>
        ) : null}
        {replay.failure ? (
          <span className="breach" role="alert">
            {t('health.replayFailed', { reason: replay.failure })}
          </span>
        ) : null}
      </div>
      <table className="grid" aria-busy={pages.loading} data-testid="letters">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label={t('health.chooseAll')}
                checked={all}
                onChange={() => setChosen(new Set(all ? [] : pages.rows.map(({ id }) => id)))}
              />
            </th>
            <th scope="col">{t('health.received')}</th>
            <th scope="col">{t('lists.department')}</th>
            <th scope="col">{t('health.reason')}</th>
            <th scope="col" className="wide">
              {t('health.message')}
            </th>
            <th scope="col">{t('health.event')}</th>
            <th scope="col">{t('health.original')}</th>
          </tr>
        </thead>
        <tbody>
          {pages.rows.map((letter) => (
            <LetterLine
              key={letter.id}
              letter={letter}
              chosen={chosen.has(letter.id)}
              outcome={replay.outcomes.get(letter.id) ?? null}
              onChoose={() => toggle(letter.id)}
            />
          ))}
        </tbody>
      </table>
      <ListFoot shown={pages.rows.length} total={null} pages={pages} />
    </section>
  );
}

function useLetters(filter: LetterFilter): Pages<LetterData> {
  // Beats come every few seconds: a list that is open follows what is refused meanwhile.
  const minute = useFeed((feed) => Math.floor((feed.heardAt ?? 0) / 30_000));
  return usePages<LetterData>(
    async (after) => {
      const answer = await ask(lettersQuery, { filter, first: PAGE, after });
      if (!answer.ok) return answer;
      const { nodes, pageInfo } = answer.data.deadLetters;
      return { ok: true, data: { nodes, end: pageInfo.endCursor, more: pageInfo.hasNextPage } };
    },
    JSON.stringify(filter),
    minute,
  );
}

function Tools({ pages }: { pages: Pages<LetterData> }) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const query = new URLSearchParams(useRoute().search);
  const narrow = (name: string, value: string | null) => {
    if (value) query.set(name, value);
    else query.delete(name);
    rewriteQuery(query);
  };
  const reason = query.get('reason');
  const reasons = new Set(pages.rows.map((letter) => letter.reason));
  if (reason) reasons.add(reason);
  return (
    <search className="tools">
      <input
        type="search"
        value={query.get('q') ?? ''}
        aria-label={t('lists.search')}
        placeholder={t('lists.search')}
        onChange={(event) => narrow('q', event.target.value)}
      />
      <Choice
        label={t('lists.department')}
        value={query.get('dep')}
        options={[...departments].map(([name, titles]) => [name, say(titles, i18n.language)])}
        onChange={(value) => narrow('dep', value)}
      />
      <input
        type="search"
        className="mono"
        value={query.get('source') ?? ''}
        aria-label={t('health.source')}
        placeholder={t('health.source')}
        onChange={(event) => narrow('source', event.target.value)}
      />
      <Choice
        label={t('health.reason')}
        value={reason}
        options={[...reasons].sort().map((name) => [name, name])}
        onChange={(value) => narrow('reason', value)}
      />
    </search>
  );
}
