// Sending dead letters to their inboxes again: chosen ones, or all that match. Each letter gets an answer.

import { useRef, useState } from 'react';
import type { Pages } from '../archive/usePages';
import { newKey } from '../command/send';
import { type Answer, order } from '../graphql/client';
import {
  type LetterData,
  type ReplayData,
  type ReplayInput,
  type ReplayPart,
  replayLetters,
  replayMatching,
} from './documents';
import type { LetterFilter } from './letterFilter';

export interface Replay {
  outcomes: ReadonlyMap<string, ReplayData>;
  working: boolean;
  failure: string | null;
  /** What became of all that matched. */
  counts: { sent: number; refused: number } | null;
  send(ids: readonly string[]): Promise<void>;
  sendMatching(filter: LetterFilter): Promise<void>;
}

export function useReplay(pages: Pages<LetterData>): Replay {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, ReplayData>>(new Map());
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [counts, setCounts] = useState<Replay['counts']>(null);
  // The same choice after a lost answer goes under the same key: nothing is sent twice.
  const last = useRef({ ids: '', key: '', to: '' });
  const under = (ids: string) => {
    if (last.current.ids !== ids)
      last.current = { ids, key: newKey(), to: new Date().toISOString() };
    return last.current;
  };
  const keep = (told: readonly ReplayData[]) =>
    setOutcomes((before) => new Map([...before, ...told.map((one) => [one.id, one] as const)]));
  const send = async (ids: readonly string[]) => {
    const { key } = under(ids.join(' '));
    setWorking(true);
    const answer = await order(replayLetters, { input: { ids: [...ids], idempotencyKey: key } });
    setWorking(false);
    setFailure(answer.ok ? null : answer.reason);
    if (!answer.ok) return;
    last.current = { ids: '', key: '', to: '' };
    keep(answer.data.replayDeadLetters);
    pages.again();
  };
  const sendMatching = async (filter: LetterFilter) => {
    const { key, to } = under(JSON.stringify(filter));
    setWorking(true);
    const told: ReplayData[] = [];
    const done = await eachPart(filter, to, key, (part) => {
      told.push(...part);
      keep(part);
      const sent = told.filter(({ accepted }) => accepted).length;
      setCounts({ sent, refused: told.length - sent });
    });
    setFailure(done);
    if (done === null) last.current = { ids: '', key: '', to: '' };
    setWorking(false);
    pages.again();
  };
  return { outcomes, working, failure, counts, send, sendMatching };
}

/** Sends part after part; why it ended early, or `null`. */
async function eachPart(
  filter: LetterFilter,
  to: string,
  idempotencyKey: string,
  told: (part: readonly ReplayData[]) => void,
): Promise<string | null> {
  let after: string | null = null;
  do {
    const input: ReplayInput = { filter: { ...filter, to }, after, idempotencyKey };
    const answer: Answer<ReplayPart> = await order(replayMatching, { input });
    if (!answer.ok) return answer.reason;
    const { outcomes, endCursor, hasNext } = answer.data.replayMatchingDeadLetters;
    told(outcomes);
    after = hasNext ? endCursor : null;
  } while (after !== null);
  return null;
}
