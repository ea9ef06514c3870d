// One acknowledgement for many cases. Each case is asked about with the version the operator saw and
// answers for itself: nobody's decision is overwritten, and what was refused is named.

import type { LiveCase } from '../live/protocol';
import type { Row } from '../queue/rows';

/** The hub takes so many in one order. */
export const BATCH_MAX = 200;

export type Outcome = 'accepted' | 'conflict' | 'refused' | 'undecided';

export interface Item {
  caseId: string;
  number: string;
  title: LiveCase['title'];
  expectedVersion: number;
}

export interface ItemOutcome extends Item {
  outcome: Outcome;
  /** Of the hub, for people; empty when accepted. */
  message: string;
  winner: { kind: string; name: string } | null;
}

export interface Sorted {
  /** Cases that can be acknowledged. */
  items: Item[];
  /** Cases that somebody has. */
  seen: number;
  /** Alerts without a case: there is nothing to acknowledge yet. */
  alerts: number;
}

/** What of the chosen rows an acknowledgement is about. */
export function sortOut(rows: readonly Row[], chosen: ReadonlySet<string>): Sorted {
  const sorted: Sorted = { items: [], seen: 0, alerts: 0 };
  for (const row of rows) {
    if (!chosen.has(row.key)) continue;
    if (row.case === null) sorted.alerts += 1;
    else if (row.acknowledged) sorted.seen += 1;
    else {
      const { id, number, title, version } = row.case;
      sorted.items.push({ caseId: id, number, title, expectedVersion: version });
    }
  }
  return sorted;
}

export function batches<T>(items: readonly T[], most = BATCH_MAX): T[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, n) =>
    items.slice(n * most, (n + 1) * most),
  );
}

export type Said = Pick<ItemOutcome, 'outcome' | 'message' | 'winner'>;

/** Each item with what the hub said, in the order given; one it said nothing about is undecided. */
export function withOutcomes(
  items: readonly Item[],
  said: readonly Said[],
  silence: string,
): ItemOutcome[] {
  const unsaid: Said = { outcome: 'undecided', message: silence, winner: null };
  return items.map((item, n) => ({ ...item, ...(said[n] ?? unsaid) }));
}

export function counts(outcomes: readonly ItemOutcome[]): Record<Outcome, number> {
  const found = { accepted: 0, conflict: 0, refused: 0, undecided: 0 };
  for (const { outcome } of outcomes) found[outcome] += 1;
  return found;
}
