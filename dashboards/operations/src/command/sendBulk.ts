// Sends one acknowledgement for many cases, in as few orders as the hub allows, and repeats what got
// no answer with the same key: a repeat is harmless.

import { adopt } from '../case/detail';
import { order } from '../graphql/client';
import { graphql, type ResultOf, readFragment } from '../graphql/tada';
import { feed } from '../live/feed';
import { batches, type Item, type ItemOutcome, type Outcome, withOutcomes } from './bulk';
import { outcome } from './documents';
import { newKey } from './send';

const acknowledgeCases = graphql(
  `
  mutation AcknowledgeCases($input: AcknowledgeCasesInput!) {
    acknowledgeCases(input: $input) { caseId result { ...Outcome } }
  }
`,
  [outcome],
);

type Said = Pick<ItemOutcome, 'outcome' | 'message' | 'winner'>;
type Answered = ResultOf<typeof acknowledgeCases>['acknowledgeCases'][number];

const REPEATS = 2;
const REPEAT_AFTER_MS = 700;

export async function acknowledgeAll(items: readonly Item[], note: string): Promise<ItemOutcome[]> {
  const told: ItemOutcome[] = [];
  for (const batch of batches(items)) told.push(...(await acknowledgeBatch(batch, note)));
  return told;
}

async function acknowledgeBatch(batch: readonly Item[], note: string): Promise<ItemOutcome[]> {
  if (feed.getState().freshness === 'OFFLINE') return withOutcomes(batch, new Map(), '');
  const input = {
    cases: batch.map(({ caseId, expectedVersion }) => ({ caseId, expectedVersion })),
    ...(note === '' ? {} : { note }),
    idempotencyKey: newKey(),
  };
  for (let n = 0; ; n += 1) {
    const answer = await order(acknowledgeCases, { input });
    if (answer.ok) {
      const said = new Map(answer.data.acknowledgeCases.map((one) => [one.caseId, read(one)]));
      return withOutcomes(batch, said, '');
    }
    if (n === REPEATS) return withOutcomes(batch, new Map(), answer.reason);
    await new Promise((resolve) => setTimeout(resolve, REPEAT_AFTER_MS));
  }
}

const OUTCOME: Readonly<Record<string, Outcome>> = {
  CommandAccepted: 'accepted',
  CommandConflict: 'conflict',
  CommandRefused: 'refused',
  CommandUndecided: 'undecided',
};

function read({ result: masked }: Answered): Said {
  const result = readFragment(outcome, masked);
  if ('case' in result) adopt(result.case);
  return {
    outcome: OUTCOME[result.__typename] ?? 'undecided',
    message: 'message' in result ? result.message : '',
    winner: 'winner' in result ? result.winner : null,
  };
}
