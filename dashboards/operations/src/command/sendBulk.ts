// Sends one acknowledgement for many cases, in as few orders as the hub allows, and repeats what got
// no answer with the same key: a repeat is harmless.

import { order } from '../graphql/client';
import { graphql, type ResultOf } from '../graphql/tada';
import { feed } from '../live/feed';
import {
  batches,
  type Item,
  type ItemOutcome,
  type Outcome,
  type Said,
  withOutcomes,
} from './bulk';
import { newKey } from './send';

/** Little of each case: the hub prices an order by what it may bring, and the stream tells the rest. */
const acknowledgeCases = graphql(`
  mutation AcknowledgeCases($input: AcknowledgeCasesInput!) {
    acknowledgeCases(input: $input) {
      result {
        __typename
        ... on CommandRefused { message }
        ... on CommandConflict { winner { kind name } message }
        ... on CommandUndecided { message }
      }
    }
  }
`);

type Answered = ResultOf<typeof acknowledgeCases>['acknowledgeCases'][number];

const REPEATS = 2;
const REPEAT_AFTER_MS = 700;

export async function acknowledgeAll(items: readonly Item[], note: string): Promise<ItemOutcome[]> {
  const told: ItemOutcome[] = [];
  for (const batch of batches(items)) told.push(...(await acknowledgeBatch(batch, note)));
  return told;
}

async function acknowledgeBatch(batch: readonly Item[], note: string): Promise<ItemOutcome[]> {
  if (feed.getState().freshness === 'OFFLINE') return withOutcomes(batch, [], '');
  const input = {
    cases: batch.map(({ caseId, expectedVersion }) => ({ caseId, expectedVersion })),
    ...(note === '' ? {} : { note }),
    idempotencyKey: newKey(),
  };
  for (let n = 0; ; n += 1) {
    const answer = await order(acknowledgeCases, { input });
    if (answer.ok) {
      return withOutcomes(batch, answer.data.acknowledgeCases.map(read), '');
    }
    if (n === REPEATS) return withOutcomes(batch, [], answer.reason);
    await new Promise((resolve) => setTimeout(resolve, REPEAT_AFTER_MS));
  }
}

const OUTCOME: Readonly<Record<string, Outcome>> = {
  CommandAccepted: 'accepted',
  CommandConflict: 'conflict',
  CommandRefused: 'refused',
  CommandUndecided: 'undecided',
};

function read({ result }: Answered): Said {
  return {
    outcome: OUTCOME[result.__typename] ?? 'undecided',
    message: 'message' in result ? result.message : '',
    winner: 'winner' in result ? result.winner : null,
  };
}
