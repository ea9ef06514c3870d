// What the screen shows between an order and the stream's answer. A guess lasts only while the case
// still has the version it was made against: the stream is the truth and always wins.

import type { LiveCase } from '../live/protocol';
import type { CommandName, OrderName } from './order';

export interface Guess {
  caseId: string;
  /** Version of the case that the operator saw. */
  version: number;
  command: CommandName;
  operator: string;
  /** The unit the order is about. */
  unit?: string;
  at: string;
}

/** Only orders whose effect is certain enough to show at once; the others wait for the answer. */
const SHOWN_AT_ONCE: ReadonlySet<OrderName> = new Set([
  'acknowledgeCase',
  'assignUnit',
  'markEnRoute',
  'markOnScene',
]);

export const isShownAtOnce = (command: OrderName): command is CommandName =>
  SHOWN_AT_ONCE.has(command);

/** The case as it will be if the order is accepted. */
export function withGuess(item: LiveCase, guess: Guess | undefined): LiveCase {
  if (!guess || guess.caseId !== item.id || item.version !== guess.version) return item;
  switch (guess.command) {
    case 'acknowledgeCase':
      return {
        ...item,
        status: item.status === 'REPORTED' ? 'ESTABLISHED' : item.status,
        acknowledgedBy: { kind: 'operator', name: guess.operator },
      };
    case 'assignUnit':
      return {
        ...item,
        status: item.status === 'ESTABLISHED' ? 'DISPATCHED' : item.status,
        assignments: [
          ...item.assignments,
          { id: 'pending', unit: guess.unit ?? '', state: 'ASSIGNED', since: guess.at },
        ],
      };
    case 'markEnRoute':
      return moved(item, guess, 'EN_ROUTE');
    case 'markOnScene':
      return moved(item, guess, 'ON_SCENE');
    default:
      return item;
  }
}

function moved(item: LiveCase, guess: Guess, state: 'EN_ROUTE' | 'ON_SCENE'): LiveCase {
  return {
    ...item,
    status: 'IN_PROGRESS',
    assignments: item.assignments.map((assignment) =>
      assignment.unit === guess.unit ? { ...assignment, state, since: guess.at } : assignment,
    ),
  };
}

/** Guesses that the stream has not yet answered. */
export function pending(
  guesses: ReadonlyMap<string, Guess>,
  versionOf: (caseId: string) => number | undefined,
): Map<string, Guess> {
  return new Map(
    [...guesses].filter(([caseId, guess]) => (versionOf(caseId) ?? 0) <= guess.version),
  );
}
