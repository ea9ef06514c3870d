// The orders of a case whose kind the console does not know by heart: made from what the hub offers,
// with its forms. Fetched anew whenever the stream shows a newer version.

import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../graphql/client';
import { readFragment } from '../graphql/tada';
import { type CasePageData, casePage, casePageQuery } from '../kinds/documents';
import type { LiveCase } from '../live/protocol';
import { fetchDetail, useDetail } from './detail';

const OfferBar = lazy(() =>
  import('../kinds/OfferBar').then((found) => ({ default: found.OfferBar })),
);

export function KindOrders({ item }: { item: LiveCase }) {
  const { t } = useTranslation();
  const [page, setPage] = useState<CasePageData | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  // The query side trails the stream a little; the detail waits until it has caught up.
  const version = useDetail(item.id)?.version ?? null;
  useEffect(() => {
    if (version === null) return;
    let over = false;
    void ask(casePageQuery, { id: item.id }).then((answer) => {
      if (over) return;
      setFailure(answer.ok ? null : answer.reason);
      const found = answer.ok && answer.data.case ? readFragment(casePage, answer.data.case) : null;
      if (found) setPage((known) => (known && known.version > found.version ? known : found));
    });
    return () => {
      over = true;
    };
  }, [item.id, version]);
  const changed = (found: CasePageData) => {
    setPage(found);
    void fetchDetail(item.id, found.version);
  };
  return (
    <div className="kind-orders">
      {failure === null ? null : <p className="breach">{t('case.failed', { reason: failure })}</p>}
      <Suspense fallback={null}>
        {page ? <OfferBar item={page} onChanged={changed} /> : null}
      </Suspense>
    </div>
  );
}
