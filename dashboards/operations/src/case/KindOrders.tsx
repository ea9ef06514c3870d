// The orders of a case whose kind the console does not know by heart: made from what the hub offers,
// with its forms. Fetched anew whenever the stream shows a newer version.

import { lazy, Suspense, useEffect, useState } from 'react';
import { ask } from '../graphql/client';
import { readFragment } from '../graphql/tada';
import { type CasePageData, casePage, casePageQuery } from '../kinds/documents';
import type { LiveCase } from '../live/protocol';
import { fetchDetail, useDetail } from './detail';

const OfferBar = lazy(() =>
  import('../kinds/OfferBar').then((found) => ({ default: found.OfferBar })),
);

export function KindOrders({ item }: { item: LiveCase }) {
  const [page, setPage] = useState<CasePageData | null>(null);
  // The query side trails the stream a little; the detail waits until it has caught up.
  const version = useDetail(item.id)?.version ?? null;
  useEffect(() => {
    if (version === null) return;
    let over = false;
    void fetchPage(item.id).then((found) => {
      if (!over && found)
        setPage((known) => (known && known.version > found.version ? known : found));
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
      <Suspense fallback={null}>
        {page ? <OfferBar item={page} onChanged={changed} /> : null}
      </Suspense>
    </div>
  );
}

async function fetchPage(id: string): Promise<CasePageData | null> {
  const answer = await ask(casePageQuery, { id });
  return answer.ok && answer.data.case ? readFragment(casePage, answer.data.case) : null;
}
