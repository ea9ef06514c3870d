// Sends orders. One at a time per case, each with the version the last one left behind and a key
// that makes a repeat harmless; the screen shows the expected effect until the stream answers.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { caseOf } from '../case/archive';
import { adopt, details } from '../case/detail';
import { type Answer, order } from '../graphql/client';
import { type FragmentOf, readFragment } from '../graphql/tada';
import { feed, world } from '../live/feed';
import { session } from '../shell/session';
import * as documents from './documents';
import { type Notice, tell } from './notices';
import { offered } from './offer';
import { type Guess, isShownAtOnce, pending } from './optimistic';
import { isCommand, type OrderName, type UndoName } from './order';
import { rememberOrder } from './undo';

/** What the operator adds to an order. */
export type Fields =
  | { command: 'acknowledgeCase' | 'closeCase' }
  | { command: 'assignUnit'; unitId: string }
  | { command: 'markEnRoute' | 'markOnScene'; unit: string }
  | { command: 'resolveCase'; outcome: string }
  | { command: 'verifyCase'; passed: boolean; note: string }
  | { command: 'addNote'; text: string }
  | { command: UndoName };

interface Orders {
  guesses: ReadonlyMap<string, Guess>;
  /** Cases with an order under way. */
  busy: ReadonlySet<string>;
}

/** An undecided or lost order is repeated with its key this often before the operator is asked. */
const REPEATS = 2;
const REPEAT_AFTER_MS = 700;

export const orders = createStore<Orders>()(() => ({ guesses: new Map(), busy: new Set() }));

export const useGuess = (caseId: string | null): Guess | undefined =>
  useStore(orders, (state) => (caseId ? state.guesses.get(caseId) : undefined));
export const useGuesses = () => useStore(orders, (state) => state.guesses);
export const useBusy = (caseId: string | null): boolean =>
  useStore(orders, (state) => caseId !== null && state.busy.has(caseId));

/** 128 random bits; `crypto.randomUUID` needs a secure context, an intranet address is none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const versionOf = (caseId: string): number =>
  Math.max(
    world.cases.get(caseId)?.version ?? 0,
    details.getState().byCase.get(caseId)?.version ?? 0,
  );

/** What takes an order back is judged by the hub alone: its time is counted there. */
export const isAllowed = (caseId: string, command: OrderName): boolean =>
  !isCommand(command) || offered(command, caseOf(caseId), details.getState().byCase.get(caseId));

const queues = new Map<string, Promise<void>>();

/**
 * Gives an order about a case; orders about one case follow each other. `overtaken`: how often the hub
 * itself was first with this one.
 */
export function give(caseId: string, fields: Fields, overtaken = 0): Promise<void> {
  const before = queues.get(caseId) ?? Promise.resolve();
  const run = before.then(() => carryOut(caseId, fields, overtaken));
  queues.set(caseId, run);
  mark(caseId, true);
  return run.finally(() => {
    if (queues.get(caseId) !== run) return;
    queues.delete(caseId);
    mark(caseId, false);
  });
}

function mark(caseId: string, on: boolean): void {
  const busy = new Set(orders.getState().busy);
  if (on) busy.add(caseId);
  else busy.delete(caseId);
  orders.setState({ busy });
}

async function carryOut(caseId: string, fields: Fields, overtaken: number): Promise<void> {
  const { command } = fields;
  const key = newKey();
  const number = caseOf(caseId)?.number ?? '';
  const note = (notice: Omit<Notice, 'id' | 'command' | 'caseNumber'>) =>
    tell({ ...notice, command, caseNumber: number });
  if (feed.getState().freshness === 'OFFLINE') return note({ kind: 'offline', message: '' });
  if (!isAllowed(caseId, command)) return note({ kind: 'notAllowed', message: '' });
  const version = versionOf(caseId);
  const assignmentId = 'unit' in fields ? assignmentOf(caseId, fields.unit) : null;
  if ('unit' in fields && assignmentId === null) return note({ kind: 'notAllowed', message: '' });
  guess(caseId, version, fields);
  const answer = await repeat(() => dispatch({ caseId, version, key, assignmentId }, fields));
  const onAgain = () => void give(caseId, fields);
  const onAccepted = () => rememberOrder(caseId, command);
  if (overtaken < REPEATS && HARMLESS.has(command) && overtakenByTheHub(answer)) {
    forget(caseId);
    void give(caseId, fields, overtaken + 1);
    return;
  }
  if (!settle(caseId, answer, note, { onAccepted, onAgain })) {
    note({ kind: answer.ok ? 'undecided' : 'network', message: reasonOf(answer), retry: onAgain });
  }
}

/** The unit's present assignment, from whichever of stream and last answer knows more. */
function assignmentOf(caseId: string, unit: string): string | null {
  const detail = details.getState().byCase.get(caseId);
  const live = world.cases.get(caseId);
  if (detail && detail.version >= (live?.version ?? 0)) {
    const found = detail.assignments.find((one) => !one.releasedAt && one.unit?.key === unit);
    return found?.id ?? null;
  }
  return live?.assignments.find((assignment) => assignment.unit === unit)?.id ?? null;
}

type OutcomeMask = FragmentOf<typeof documents.outcome>;
type OrderAnswer = Answer<{ result: OutcomeMask }>;

interface Envelope {
  caseId: string;
  version: number;
  key: string;
  /** The assignment that an order about a unit is about. */
  assignmentId: string | null;
}

function dispatch(
  { caseId, version, key, assignmentId }: Envelope,
  fields: Fields,
): Promise<OrderAnswer> {
  const base = { caseId, expectedVersion: version, idempotencyKey: key };
  switch (fields.command) {
    case 'acknowledgeCase':
      return order(documents.acknowledgeCase, { input: base });
    case 'assignUnit':
      return order(documents.assignUnit, { input: { ...base, unitId: fields.unitId } });
    case 'markEnRoute':
      return order(documents.markEnRoute, { input: { ...base, assignmentId: assignmentId ?? '' } });
    case 'markOnScene':
      return order(documents.markOnScene, { input: { ...base, assignmentId: assignmentId ?? '' } });
    case 'resolveCase':
      return order(documents.resolveCase, { input: { ...base, outcome: fields.outcome } });
    case 'verifyCase':
      return order(documents.verifyCase, {
        input: { ...base, passed: fields.passed, note: fields.note },
      });
    case 'closeCase':
      return order(documents.closeCase, { input: base });
    case 'addNote':
      return order(documents.addNote, { input: { ...base, text: fields.text } });
    default:
      return order(documents.advanceCase, { input: { ...base, command: fields.command } });
  }
}

/** Orders that mean the same whatever the hub itself has done to the case in the meantime. */
const HARMLESS: ReadonlySet<OrderName> = new Set([
  'addNote',
  'assignUnit',
  'markEnRoute',
  'markOnScene',
]);
const PEOPLE = new Set(['OPERATOR', 'DEPARTMENT']);

/** The hub was first, attaching an alert or noting a time limit: no person has decided otherwise. */
function overtakenByTheHub(answer: OrderAnswer): boolean {
  if (!answer.ok) return false;
  const result = readFragment(documents.outcome, answer.data.result);
  if (result.__typename !== 'CommandConflict' || PEOPLE.has(result.winner.kind)) return false;
  adopt(result.case);
  return true;
}

const isOpenQuestion = (answer: OrderAnswer): boolean =>
  !answer.ok ||
  readFragment(documents.outcome, answer.data.result).__typename === 'CommandUndecided';

async function repeat(send: () => Promise<OrderAnswer>): Promise<OrderAnswer> {
  let answer = await send();
  for (let n = 0; n < REPEATS && isOpenQuestion(answer); n += 1) {
    await new Promise((resolve) => setTimeout(resolve, REPEAT_AFTER_MS));
    answer = await send();
  }
  return answer;
}

/** Draws the consequences of an answer; `false` if it decided nothing. */
function settle(
  caseId: string,
  answer: OrderAnswer,
  note: (notice: Omit<Notice, 'id' | 'command' | 'caseNumber'>) => void,
  { onAccepted, onAgain }: { onAccepted: () => void; onAgain: () => void },
): boolean {
  if (!answer.ok) {
    forget(caseId);
    return false;
  }
  const result = readFragment(documents.outcome, answer.data.result);
  switch (result.__typename) {
    case 'CommandAccepted':
      adopt(result.case);
      onAccepted();
      return true;
    case 'CommandRefused':
      forget(caseId);
      note({ kind: 'refused', message: result.message });
      return true;
    case 'CommandConflict': {
      forget(caseId);
      const wonAt = adopt(result.case).timeline.nodes.at(-1)?.at;
      const { message, winner } = result;
      // Nobody's decision is overwritten; whether to insist is the operator's to say.
      note({ kind: 'conflict', message, winner, ...(wonAt ? { wonAt } : {}), retry: onAgain });
      return true;
    }
    default:
      forget(caseId);
      return false;
  }
}

function reasonOf(answer: OrderAnswer): string {
  if (!answer.ok) return answer.reason;
  const result = readFragment(documents.outcome, answer.data.result);
  return 'message' in result ? result.message : '';
}

function guess(caseId: string, version: number, fields: Fields): void {
  if (!isShownAtOnce(fields.command)) return;
  const guesses = new Map(orders.getState().guesses);
  guesses.set(caseId, {
    caseId,
    version,
    command: fields.command,
    operator: session.getState().name ?? '',
    at: new Date().toISOString(),
    ...('unitId' in fields ? { unit: fields.unitId } : {}),
    ...('unit' in fields ? { unit: fields.unit } : {}),
  });
  orders.setState({ guesses });
}

function forget(caseId: string): void {
  const guesses = new Map(orders.getState().guesses);
  if (guesses.delete(caseId)) orders.setState({ guesses });
}

/** The stream has spoken: guesses about older versions go. */
feed.subscribe(() => {
  const { guesses } = orders.getState();
  if (guesses.size === 0) return;
  const left = pending(guesses, (caseId) => world.cases.get(caseId)?.version);
  if (left.size < guesses.size) orders.setState({ guesses: left });
});
