// Acknowledges many cases, one order each, and tells what became of every one.

import { adopt } from '../case/detail';
import { order } from '../graphql/client';
import { readFragment } from '../graphql/tada';
import { feed } from '../live/feed';
import { type Item, type ItemOutcome, type Outcome, withOutcomes } from './bulk';
import * as documents from './documents';
import { newKey } from './send';

type Said = Pick<ItemOutcome, 'outcome' | 'message' | 'winner'>;

export async function acknowledgeAll(items: readonly Item[], note: string): Promise<ItemOutcome[]> {
  const said = new Map<string, Said>();
  if (feed.getState().freshness !== 'OFFLINE') {
    for (const item of items) said.set(item.caseId, await acknowledge(item, note));
  }
  return withOutcomes(items, said, '');
}

const OUTCOME: Readonly<Record<string, Outcome>> = {
  CommandAccepted: 'accepted',
  CommandConflict: 'conflict',
  CommandRefused: 'refused',
  CommandUndecided: 'undecided',
};

async function acknowledge({ caseId, expectedVersion }: Item, note: string): Promise<Said> {
  const input = { caseId, expectedVersion, idempotencyKey: newKey() };
  const answer = await order(documents.acknowledgeCase, { input });
  if (!answer.ok) return { outcome: 'undecided', message: answer.reason, winner: null };
  const result = readFragment(documents.outcome, answer.data.result);
  const detail = 'case' in result ? adopt(result.case) : null;
  if (result.__typename === 'CommandAccepted' && note !== '' && detail) {
    const more = { ...input, expectedVersion: detail.version, idempotencyKey: newKey() };
    await order(documents.addNote, { input: { ...more, text: note } });
  }
  return {
    outcome: OUTCOME[result.__typename] ?? 'undecided',
    message: 'message' in result ? result.message : '',
    winner: 'winner' in result ? result.winner : null,
  };
}
