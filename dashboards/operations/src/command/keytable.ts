// The one table of keys: what each does, by which strokes, under which heading. Help, footer, palette
// and settings read it; the operator may give an action other strokes or none.

import type { CommandName } from './order';

export type ActionName =
  | CommandName
  | 'undo'
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'choose'
  | 'chooseNext'
  | 'choosePrevious'
  | 'chooseAll'
  | 'fresh'
  | 'pause'
  | 'search'
  | 'filter'
  | 'severity1'
  | 'severity2'
  | 'severity3'
  | 'severity4'
  | 'zoom'
  | 'whole'
  | 'mapList'
  | 'hour'
  | 'day'
  | 'week'
  | 'mute'
  | 'wall'
  | 'palette'
  | 'help';

export type KeyGroup = 'orders' | 'queue' | 'map' | 'screen';

export interface KeyLine {
  action: ActionName;
  group: KeyGroup;
  /**
   * Strokes that mean it: `a`, `Shift+z`, `Ctrl+k`, `ArrowDown`, or two after each other, `t h`.
   * The first is the one shown.
   */
  strokes: readonly string[];
}

const line = (group: KeyGroup, action: ActionName, ...strokes: string[]): KeyLine => ({
  action,
  group,
  strokes,
});

export const KEY_TABLE: readonly KeyLine[] = [
  line('orders', 'acknowledgeCase', 'a'),
  line('orders', 'assignUnit', 'g', 'd'),
  line('orders', 'markEnRoute', 'e'),
  line('orders', 'markOnScene', 'o'),
  line('orders', 'resolveCase', 'r'),
  line('orders', 'verifyCase', 'v'),
  line('orders', 'closeCase', 'c'),
  line('orders', 'addNote', 'n'),
  line('orders', 'undo', 'u'),
  line('queue', 'next', 'j', 'ArrowDown'),
  line('queue', 'previous', 'k', 'ArrowUp'),
  line('queue', 'open', 'Enter'),
  line('queue', 'back', 'Escape'),
  line('queue', 'choose', 'x'),
  line('queue', 'chooseNext', 'Shift+j', 'Shift+ArrowDown'),
  line('queue', 'choosePrevious', 'Shift+k', 'Shift+ArrowUp'),
  line('queue', 'chooseAll', 'Ctrl+a'),
  line('queue', 'fresh', '.'),
  line('queue', 'search', '/'),
  line('queue', 'filter', 'f'),
  line('queue', 'severity1', '1'),
  line('queue', 'severity2', '2'),
  line('queue', 'severity3', '3'),
  line('queue', 'severity4', '4'),
  line('map', 'zoom', 'z'),
  line('map', 'whole', 'Shift+z'),
  line('map', 'mapList', 'l'),
  line('map', 'hour', 't h'),
  line('map', 'day', 't d'),
  line('map', 'week', 't w'),
  line('screen', 'pause', 'p'),
  line('screen', 'mute', 'm'),
  line('screen', 'wall', 'w'),
  line('screen', 'palette', 'Ctrl+k'),
  line('screen', 'help', '?'),
];

export const KEY_GROUPS: readonly KeyGroup[] = ['orders', 'queue', 'map', 'screen'];

/** Keys that a screen reader or the browser has a claim on are not given away by rebinding. */
const NEVER = new Set(['Tab', 'F5', 'Ctrl+c', 'Ctrl+v', 'Ctrl+w', 'Ctrl+t', 'Ctrl+r', 'Process']);

/** A stroke that is a single character key: what WCAG 2.1.4 wants to be switchable. */
export const isSingle = (stroke: string): boolean =>
  stroke.split(' ').every((part) => part.replace(/^Shift\+/, '').length === 1);

const SHOWN: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  'Shift+ArrowDown': '⇧ ↓',
  'Shift+ArrowUp': '⇧ ↑',
};

/** A stroke as people read it: `⇧ Z`, `T H`, `Ctrl K`. */
export function shownStroke(stroke: string): string {
  return stroke
    .split(' ')
    .map((part) => {
      const known = SHOWN[part];
      if (known) return known;
      const upper = part.length === 1 ? part.toUpperCase() : part;
      return upper
        .replace(/^Shift\+(.)$/, (_, key: string) => `⇧ ${key.toUpperCase()}`)
        .replace(/^Ctrl\+(.)$/, (_, key: string) => `Ctrl ${key.toUpperCase()}`);
    })
    .join(' ');
}

export interface Stroke {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** The name of a stroke. Shift counts for letters and named keys; for signs it is part of the sign. */
export function strokeOf({ key, shiftKey, ctrlKey, altKey, metaKey }: Stroke): string | null {
  if (altKey) return null;
  const isLetter = /^\p{L}$/u.test(key);
  const isNamed = key.length > 1;
  // Caps lock is no order to do something else: only the shift key itself counts.
  const plain = isLetter ? key.toLowerCase() : key;
  const shifted = shiftKey && (isLetter || isNamed) ? `Shift+${plain}` : plain;
  const name = ctrlKey || metaKey ? `Ctrl+${shifted}` : shifted;
  return NEVER.has(name) ? null : name;
}
