// From a key to an action. Pure: no single key acts inside a field, in a dialog or while an input
// method is composing, so that Chinese typing never gives an order.

import { type Bindings, strokesOf } from './bindings';
import { type ActionName, isSingle, KEY_TABLE, type Stroke, strokeOf } from './keytable';

export interface Key extends Stroke {
  isComposing: boolean;
  keyCode: number;
  /** Tag of the focused element, in capitals; `null` for none. */
  focused: string | null;
  editable: boolean;
  dialogOpen: boolean;
}

/** What a key means; `pending` is the first of two strokes, waiting for the second. */
export interface Meaning {
  action: ActionName | null;
  pending: string | null;
}

const NOTHING: Meaning = { action: null, pending: null };

const FIELDS = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
/** Elements that Enter already presses. */
const PRESSED_BY_ENTER = new Set(['BUTTON', 'A', 'SUMMARY']);
/** The key code browsers send for a key that an input method swallows. */
const SWALLOWED = 229;
/** Acts from anywhere but a dialog: it opens one, and writes nothing. */
const FROM_FIELDS: ReadonlySet<ActionName> = new Set(['palette']);

export function meaningOf(key: Key, now: Bindings, pending: string | null = null): Meaning {
  if (key.isComposing || key.keyCode === SWALLOWED || key.key === 'Process') return NOTHING;
  // A modifier on its way down is no stroke, and forgets none.
  if (key.key === 'Shift' || key.key === 'Control') return { action: null, pending };
  const stroke = strokeOf(key);
  if (stroke === null || key.dialogOpen) return NOTHING;
  const inField = key.editable || (key.focused !== null && FIELDS.has(key.focused));
  const both = pending === null ? stroke : `${pending} ${stroke}`;
  const action = actionOf(both, now) ?? (pending === null ? null : actionOf(stroke, now));
  if (inField)
    return action !== null && FROM_FIELDS.has(action) ? { action, pending: null } : NOTHING;
  if (action === null) {
    return { action: null, pending: pending === null && begins(stroke, now) ? stroke : null };
  }
  const pressed = key.focused !== null && PRESSED_BY_ENTER.has(key.focused);
  return action === 'open' && pressed ? NOTHING : { action, pending: null };
}

const actionOf = (stroke: string, now: Bindings): ActionName | null =>
  KEY_TABLE.find(({ action }) => strokesOf(action, now).includes(stroke))?.action ?? null;

const begins = (stroke: string, now: Bindings): boolean =>
  isSingle(stroke) &&
  KEY_TABLE.some(({ action }) =>
    strokesOf(action, now).some((strokes) => strokes.startsWith(`${stroke} `)),
  );
