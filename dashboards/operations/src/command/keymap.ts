// Which key means what. A pure table: no single key acts inside a field, in a dialog or while an
// input method is composing, so that Chinese typing never gives an order.

import type { Severity } from '../live/protocol';

export type CommandName =
  | 'acknowledgeCase'
  | 'assignUnit'
  | 'markEnRoute'
  | 'markOnScene'
  | 'resolveCase'
  | 'verifyCase'
  | 'closeCase'
  | 'addNote';

export type Action =
  | { do: 'command'; command: CommandName }
  | { do: 'step'; by: 1 | -1 }
  | { do: 'open' | 'back' | 'fresh' | 'help' | 'zoom' | 'whole' | 'mute' }
  | { do: 'severity'; level: Severity };

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  keyCode: number;
  /** Tag of the focused element, in capitals; `null` for none. */
  focused: string | null;
  editable: boolean;
  dialogOpen: boolean;
}

export const COMMAND_KEY: Readonly<Record<CommandName, string>> = {
  acknowledgeCase: 'a',
  assignUnit: 'g',
  markEnRoute: 'e',
  markOnScene: 'o',
  resolveCase: 'r',
  verifyCase: 'v',
  closeCase: 'c',
  addNote: 'n',
};

export const COMMANDS = Object.keys(COMMAND_KEY) as CommandName[];

const BY_KEY = new Map<string, Action>([
  ...COMMANDS.map((command): [string, Action] => [
    COMMAND_KEY[command],
    { do: 'command', command },
  ]),
  ['j', { do: 'step', by: 1 }],
  ['ArrowDown', { do: 'step', by: 1 }],
  ['k', { do: 'step', by: -1 }],
  ['ArrowUp', { do: 'step', by: -1 }],
  ['Enter', { do: 'open' }],
  ['Escape', { do: 'back' }],
  ['.', { do: 'fresh' }],
  ['?', { do: 'help' }],
  ['m', { do: 'mute' }],
  ['z', { do: 'zoom' }],
  ['Z', { do: 'whole' }],
  ['1', { do: 'severity', level: 1 }],
  ['2', { do: 'severity', level: 2 }],
  ['3', { do: 'severity', level: 3 }],
  ['4', { do: 'severity', level: 4 }],
]);

const FIELDS = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
/** Elements that Enter already presses. */
const PRESSED_BY_ENTER = new Set(['BUTTON', 'A', 'SUMMARY']);
/** The key code browsers send for a key that an input method swallows. */
const SWALLOWED = 229;

export function actionFor(key: Key): Action | null {
  if (key.isComposing || key.keyCode === SWALLOWED || key.key === 'Process') return null;
  if (key.ctrlKey || key.altKey || key.metaKey || key.dialogOpen) return null;
  if (key.editable || (key.focused !== null && FIELDS.has(key.focused))) return null;
  // Caps lock is no order to do something else.
  const letter = key.shiftKey || key.key.length > 1 ? key.key : key.key.toLowerCase();
  const action = BY_KEY.get(letter) ?? null;
  const pressed = key.focused !== null && PRESSED_BY_ENTER.has(key.focused);
  return action?.do === 'open' && pressed ? null : action;
}
