// The orders that the console knows by name, and the ones that take them back.

/** The kind whose orders have keys and dialogs of their own. */
export const CITY = 'city';

export type CommandName =
  | 'acknowledgeCase'
  | 'assignUnit'
  | 'markEnRoute'
  | 'markOnScene'
  | 'resolveCase'
  | 'verifyCase'
  | 'closeCase'
  | 'addNote';

export const COMMANDS: readonly CommandName[] = [
  'acknowledgeCase',
  'assignUnit',
  'markEnRoute',
  'markOnScene',
  'resolveCase',
  'verifyCase',
  'closeCase',
  'addNote',
];

export const isCommand = (name: string): name is CommandName =>
  (COMMANDS as readonly string[]).includes(name);

/** The order that takes each back, where one exists. */
export const UNDO = {
  acknowledgeCase: 'undoAcknowledge',
  assignUnit: 'undoAssign',
  markEnRoute: 'undoEnRoute',
  markOnScene: 'undoOnScene',
} as const;

export type Undoable = keyof typeof UNDO;
export type UndoName = (typeof UNDO)[Undoable];
export type OrderName = CommandName | UndoName;

export const isUndoable = (name: OrderName): name is Undoable => Object.hasOwn(UNDO, name);

export const isUndo = (name: string): name is UndoName =>
  (Object.values(UNDO) as readonly string[]).includes(name);
