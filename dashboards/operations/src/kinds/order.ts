// Sends one form's command: with the version that was seen, under one key, again with the same key
// while the hub has not decided.

import { type Answer, order } from '../graphql/client';
import { type FragmentOf, readFragment } from '../graphql/tada';
import type { Sent } from './CommandForm';
import { advanceCase, type CasePageData, casePage, openCase, outcomeOfAny } from './documents';
import type { Opening } from './opening';

const REPEATS = 2;
const REPEAT_AFTER_MS = 700;

type Outcome = Answer<{ result: FragmentOf<typeof outcomeOfAny> }>;

/** What became of it, and the case as it is now where the answer tells. */
export type Given = Sent & { item: CasePageData | null };

export function advance(
  item: { id: string; version: number },
  command: string,
  fields: Record<string, unknown>,
  key: string,
): Promise<Given> {
  const input = { caseId: item.id, expectedVersion: item.version, idempotencyKey: key };
  return decided(() => order(advanceCase, { input: { ...input, command, fields } }));
}

export const open = (kind: string, opening: Opening, key: string): Promise<Given> =>
  decided(() => order(openCase, { input: { ...opening, kind, idempotencyKey: key } }));

async function decided(send: () => Promise<Outcome>): Promise<Given> {
  let outcome = read(await send());
  for (let n = 0; n < REPEATS && !outcome.decided; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, REPEAT_AFTER_MS));
    outcome = read(await send());
  }
  return outcome.given;
}

/** A lost answer and an undecided command may be asked for again with the same key. */
function read(answer: Outcome): { decided: boolean; given: Given } {
  const refused = (message: string, item: CasePageData | null = null): Given => ({
    ok: false,
    message,
    item,
  });
  if (!answer.ok) return { decided: false, given: refused(answer.reason) };
  const result = readFragment(outcomeOfAny, answer.data.result);
  switch (result.__typename) {
    case 'CommandAccepted':
      return { decided: true, given: { ok: true, item: readFragment(casePage, result.case) } };
    case 'CommandConflict': {
      const item = readFragment(casePage, result.case);
      return { decided: true, given: refused(`${result.winner.name}: ${result.message}`, item) };
    }
    case 'CommandRefused':
      return { decided: true, given: refused(result.message) };
    default:
      return { decided: false, given: refused(result.message) };
  }
}
