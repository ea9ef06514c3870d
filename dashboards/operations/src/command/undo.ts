// Taking an order back. For five seconds after it was accepted the operator may; the hub gives longer,
// so that a slow line does not turn the last moment into a refusal. The undo is an order of its own:
// the timeline keeps both.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { caseOf } from '../case/archive';
import { details } from '../case/detail';
import { isUndoable, type OrderName, UNDO, type Undoable } from './order';

export interface Given {
  caseId: string;
  caseNumber: string;
  command: Undoable;
  /** Until when it is offered, in ms of this machine. */
  until: number;
}

export const UNDO_MS = 5_000;
/** Older ones are no longer what `u` is pressed for. */
export const OFFERED_MAX = 3;

/** What is still offered, newest last; an order about the same case takes the older one's place. */
export function withGiven(offers: readonly Given[], given: Given, now: number): Given[] {
  return [
    ...stillOffered(offers, now).filter(({ caseId }) => caseId !== given.caseId),
    given,
  ].slice(-OFFERED_MAX);
}

export const stillOffered = (offers: readonly Given[], now: number): Given[] =>
  offers.filter(({ until }) => until > now);

export const offers = createStore<{ given: readonly Given[] }>()(() => ({ given: [] }));

export const useOffers = (): readonly Given[] => useStore(offers, ({ given }) => given);
export const useUndo = (): Given | null => useOffers().at(-1) ?? null;

/** An order was accepted: offers to take it back, if its kind of case knows how. */
export function rememberOrder(caseId: string, command: OrderName): void {
  drop(caseId);
  const detail = details.getState().byCase.get(caseId);
  if (!isUndoable(command) || !detail?.allowedCommands.includes(UNDO[command])) return;
  const now = Date.now();
  const given: Given = {
    caseId,
    caseNumber: caseOf(caseId)?.number ?? '',
    command,
    until: now + UNDO_MS,
  };
  offers.setState({ given: withGiven(offers.getState().given, given, now) });
  setTimeout(
    () => offers.setState({ given: stillOffered(offers.getState().given, Date.now()) }),
    UNDO_MS,
  );
}

/** The offer about a case is taken, or overtaken. */
export function drop(caseId: string): void {
  const { given } = offers.getState();
  const left = given.filter((one) => one.caseId !== caseId);
  if (left.length < given.length) offers.setState({ given: left });
}
