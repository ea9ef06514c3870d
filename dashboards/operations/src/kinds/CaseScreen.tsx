// One case of any kind by its permanent address: facts, clocks, timeline, and every command that the
// hub offers now, each with the form its workflow asks for.

import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import { readFragment } from '../graphql/tada';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import { fetchPlaceNames } from '../map/config';
import { Link } from '../route/Link';
import { Page } from '../route/Page';
import { useRoute } from '../route/route';
import { CaseFacts } from './CaseFacts';
import { CaseHistory } from './CaseHistory';
import { type CasePageData, casePage, casePageQuery } from './documents';
import { OfferBar } from './OfferBar';

export function CaseScreen() {
  const { t, i18n } = useTranslation();
  const { id } = useRoute();
  const { item, failure, missing, adopt } = useCasePage(id ?? '');
  useEffect(() => void fetchPlaceNames(), []);
  const title = item ? `${item.number} ${say(item.titles, i18n.language)}` : (id ?? '');
  return (
    <Page title={title}>
      <p className="crumbs">
        <Link to="/cases">{t('nav.cases')}</Link>
      </p>
      {failure === null ? null : (
        <p className="page-trouble" role="status">
          {t('lists.failed', { reason: failure })}
        </p>
      )}
      {missing ? <p className="empty">{t('case.missing')}</p> : null}
      {item ? (
        <div className="case-page" data-testid="case-page" data-state={item.state}>
          <section className="case-page-main">
            <CaseFacts item={item} />
            <OfferBar item={item} onChanged={adopt} />
          </section>
          <CaseHistory item={item} />
        </div>
      ) : null}
      {!item && !missing && failure === null ? <p className="hint">{t('case.loading')}</p> : null}
    </Page>
  );
}

interface CasePage {
  item: CasePageData | null;
  failure: string | null;
  missing: boolean;
  adopt: (item: CasePageData) => void;
}

/** The query side may trail the stream by a moment. */
const AGAIN_MS = 700;

/** The case as last told; asked for anew whenever the stream shows a newer version. */
function useCasePage(id: string): CasePage {
  const [item, setItem] = useState<CasePageData | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const [turn, setTurn] = useState(0);
  useFeed((feed) => feed.revision.cases);
  const live = item ? (world.cases.get(item.key)?.version ?? 0) : 0;
  const behind = item !== null && live > item.version;
  const adopt = useCallback((next: CasePageData) => {
    setItem((known) =>
      known && known.key === next.key && known.version > next.version ? known : next,
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `live` and `turn` say that it is time to ask again.
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    ask(casePageQuery, { id }).then((answer) => {
      if (gone) return;
      setFailure(answer.ok ? null : answer.reason);
      if (!answer.ok) return;
      const found = answer.data.case ? readFragment(casePage, answer.data.case) : null;
      setMissing(found === null);
      if (!found) return;
      adopt(found);
      if (found.version < live) timer = setTimeout(() => setTurn((n) => n + 1), AGAIN_MS);
    });
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, behind, live, turn, adopt]);
  return { item, failure, missing, adopt };
}
