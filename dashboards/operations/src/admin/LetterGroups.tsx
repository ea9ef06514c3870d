// Dead letters by what is wrong with them: one line is what one fix may mend. A press narrows the list to it.

import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { rewriteQuery, useRoute } from '../route/route';
import { shownSafely } from './bytes';
import { type GroupData, groupsQuery } from './documents';
import type { LetterFilter } from './letterFilter';

/** As many as fit above the list; the largest come first. */
const SHOWN = 8;

export function LetterGroups({ filter }: { filter: LetterFilter }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const { search } = useRoute();
  const groups = useGroups(filter);
  if (groups.length === 0) return null;
  const narrow = ({ department, reason }: GroupData) => {
    const query = new URLSearchParams(search);
    query.set('dep', department.name);
    query.set('reason', reason);
    rewriteQuery(query);
  };
  return (
    <ul className="letter-groups" aria-label={t('health.groups')} data-testid="letter-groups">
      {groups.slice(0, SHOWN).map((group) => (
        <li key={`${group.department.name} ${group.reason} ${group.path}`}>
          <button type="button" onClick={() => narrow(group)}>
            {t('health.group', {
              n: group.count,
              department: say(group.department.titles, i18n.language) || group.department.name,
              reason: group.reason,
              at: wallTime(Date.parse(group.lastAt), now),
            })}
          </button>{' '}
          <span className="hint mono">{shownSafely(group.path ?? '')}</span>
        </li>
      ))}
    </ul>
  );
}

function useGroups(filter: LetterFilter): readonly GroupData[] {
  const [groups, setGroups] = useState<readonly GroupData[]>([]);
  const minute = useFeed((feed) => Math.floor((feed.heardAt ?? 0) / 60_000));
  const asked = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew once a minute.
  useEffect(() => {
    let gone = false;
    void ask(groupsQuery, { filter: JSON.parse(asked) as LetterFilter }).then((answer) => {
      // The list below tells what went wrong; groups of before stay.
      if (!gone && answer.ok) setGroups(answer.data.deadLetterGroups);
    });
    return () => {
      gone = true;
    };
  }, [asked, minute]);
  return groups;
}
