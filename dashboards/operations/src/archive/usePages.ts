// A list of the hub, page by page: asked for anew when its filter changes or the live picture moves,
// longer on demand. What was there stays until the new answer is.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer } from '../graphql/client';

export interface PageOf<T> {
  nodes: readonly T[];
  end: string | null;
  more: boolean;
}

export interface Pages<T> {
  rows: readonly T[];
  more: boolean;
  loading: boolean;
  failure: string | null;
  longer: () => void;
  again: () => void;
}

/** Gives the page after a cursor; `null` is the first. */
export type FetchPage<T> = (after: string | null) => Promise<Answer<PageOf<T>>>;

/** Between a change of the live picture and the question it leads to. */
const SETTLE_MS = 1_500;
/** Typing is not yet a question. */
const TYPING_MS = 250;

/** The first `count` pages as one. */
export async function fetchPages<T>(
  fetchPage: FetchPage<T>,
  count: number,
): Promise<Answer<PageOf<T>>> {
  const nodes: T[] = [];
  let end: string | null = null;
  let more = true;
  for (let n = 0; n < count && more; n += 1) {
    const answer = await fetchPage(end);
    if (!answer.ok) return answer;
    nodes.push(...answer.data.nodes);
    end = answer.data.end;
    more = answer.data.more && end !== null;
  }
  return { ok: true, data: { nodes, end, more } };
}

export function usePages<T>(
  fetchPage: FetchPage<T>,
  /** Another list: it begins anew. */
  filter: string,
  /** The same list may have changed. */
  revision: number,
): Pages<T> {
  const [pages, setPages] = useState<PageOf<T>>({ nodes: [], end: null, more: false });
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const count = useRef(1);
  const asked = useRef(0);

  const reload = useCallback(async () => {
    asked.current += 1;
    const turn = asked.current;
    setLoading(true);
    const answer = await fetchPages(latest.current, count.current);
    // A later question has overtaken this one.
    if (turn !== asked.current) return;
    setLoading(false);
    setFailure(answer.ok ? null : answer.reason);
    if (answer.ok) setPages(answer.data);
  }, []);
  const again = useCallback(() => void reload(), [reload]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list.
  useEffect(() => {
    count.current = 1;
    const timer = setTimeout(again, TYPING_MS);
    return () => clearTimeout(timer);
  }, [filter, again]);

  const seen = useRef(revision);
  useEffect(() => {
    if (revision === seen.current) return;
    seen.current = revision;
    const timer = setTimeout(again, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [revision, again]);

  const longer = useCallback(() => {
    count.current += 1;
    again();
  }, [again]);

  return { rows: pages.nodes, more: pages.more, loading, failure, longer, again };
}
