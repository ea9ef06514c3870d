// Keys: each does what the table says, as the operator has set it, and none acts while somebody types.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bindings,
  clashes,
  readBindings,
  shownKey,
  strokesOf,
  TABLE_BINDINGS,
} from '../src/command/bindings';
import { type Key, meaningOf } from '../src/command/keymap';
import { isSingle, KEY_TABLE, shownStroke } from '../src/command/keytable';
import { COMMANDS } from '../src/command/order';

const aKey = (key: string, more: Partial<Key> = {}): Key => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
  keyCode: 0,
  focused: 'BODY',
  editable: false,
  dialogOpen: false,
  ...more,
});

const press = (key: string, more: Partial<Key> = {}, now: Bindings = TABLE_BINDINGS) =>
  meaningOf(aKey(key, more), now).action;

describe('the key table', () => {
  test('letters of the console are those of the handbook', () => {
    const first = (action: string) =>
      KEY_TABLE.find((line) => line.action === action)?.strokes[0] ?? '';
    expect(COMMANDS.map(first).join('')).toBe('ageorvcn');
    expect(press('d')).toBe('assignUnit');
    expect(press('u')).toBe('undo');
    expect(press('j')).toBe('next');
    expect(press('ArrowUp')).toBe('previous');
    expect(press('x')).toBe('choose');
    expect(press('J', { shiftKey: true })).toBe('chooseNext');
    expect(press('ArrowUp', { shiftKey: true })).toBe('choosePrevious');
    expect(press('a', { ctrlKey: true })).toBe('chooseAll');
    expect(press('.')).toBe('fresh');
    expect(press('p')).toBe('pause');
    expect(press('/')).toBe('search');
    expect(press('f')).toBe('filter');
    expect(press('3')).toBe('severity3');
    expect(press('z')).toBe('zoom');
    expect(press('Z', { shiftKey: true })).toBe('whole');
    expect(press('m')).toBe('mute');
    expect(press('w')).toBe('wall');
    expect(press('k', { ctrlKey: true })).toBe('palette');
    expect(press('?', { shiftKey: true })).toBe('help');
  });

  test('no two actions share a stroke, and none begins another', () => {
    for (const { action, strokes } of KEY_TABLE) {
      for (const stroke of strokes) expect(clashes(action, stroke, TABLE_BINDINGS)).toEqual([]);
    }
  });

  test('strokes are shown as people read them', () => {
    expect(
      ['a', 'Shift+z', 'Ctrl+k', 't h', 'ArrowDown', 'Shift+ArrowUp', '?', 'Escape'].map(
        shownStroke,
      ),
    ).toEqual(['A', '⇧ Z', 'Ctrl K', 'T H', '↓', '⇧ ↑', '?', 'Esc']);
  });
});

describe('two strokes after each other', () => {
  const typed = (first: string, second: string) => {
    const { action, pending } = meaningOf(aKey(first), TABLE_BINDINGS);
    expect(action).toBeNull();
    return meaningOf(aKey(second), TABLE_BINDINGS, pending).action;
  };

  test('t then h, d or w sets how far back the timeline looks', () => {
    expect([typed('t', 'h'), typed('t', 'd'), typed('t', 'w')]).toEqual(['hour', 'day', 'week']);
  });

  test('a second stroke that completes nothing means what it means alone', () => {
    expect(typed('t', 'j')).toBe('next');
  });

  test('a modifier on its way down forgets nothing', () => {
    const { pending } = meaningOf(aKey('Shift', { shiftKey: true }), TABLE_BINDINGS, 't');
    expect(pending).toBe('t');
  });
});

describe('typing', () => {
  const singles = KEY_TABLE.flatMap(({ strokes }) => strokes).filter(isSingle);

  test('an input method that is composing never gives an order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...singles), fc.boolean(), (stroke, shiftKey) => {
        const key = stroke.replace(/^Shift\+/, '');
        expect(press(key, { shiftKey, isComposing: true })).toBeNull();
        expect(press(key, { shiftKey, keyCode: 229 })).toBeNull();
      }),
    );
    expect(press('Process')).toBeNull();
  });

  test('no key acts in a field or a dialog; only the palette opens from a field', () => {
    for (const focused of ['INPUT', 'TEXTAREA', 'SELECT']) {
      for (const key of ['c', 'Enter', 'Escape', '?', 't'])
        expect(meaningOf(aKey(key, { focused }), TABLE_BINDINGS)).toEqual({
          action: null,
          pending: null,
        });
      expect(press('a', { focused, ctrlKey: true })).toBeNull();
      expect(press('k', { focused, ctrlKey: true })).toBe('palette');
    }
    expect(press('c', { editable: true })).toBeNull();
    expect(press('c', { dialogOpen: true })).toBeNull();
    expect(press('k', { dialogOpen: true, ctrlKey: true })).toBeNull();
  });

  test('copying, pasting and other chords of the browser stay the browser’s', () => {
    for (const key of ['c', 'v', 'w', 't', 'r']) expect(press(key, { ctrlKey: true })).toBeNull();
    expect(press('a', { altKey: true })).toBeNull();
  });

  test('caps lock changes nothing, shift does', () => {
    expect(press('A')).toBe('acknowledgeCase');
    expect(press('A', { shiftKey: true })).toBeNull();
    expect(press('z', { shiftKey: true })).toBe('whole');
  });

  test('Enter on a button presses the button', () => {
    expect(press('Enter', { focused: 'BUTTON' })).toBeNull();
    expect(press('Enter')).toBe('open');
  });
});

describe('the operator’s own keys', () => {
  test('take the place of the table’s, and an empty list is none', () => {
    const own: Bindings = { single: true, own: { mute: ['q'], wall: [] } };
    expect(press('q', {}, own)).toBe('mute');
    expect(press('m', {}, own)).toBeNull();
    expect(press('w', {}, own)).toBeNull();
    expect(shownKey('wall', own)).toBe('');
    expect(clashes('help', 'q', own)).toEqual(['mute']);
    expect(clashes('help', 't', own)).toEqual(['hour', 'day', 'week']);
  });

  test('single keys can be switched off; arrows, Enter, Escape and chords stay', () => {
    const off: Bindings = { single: false, own: {} };
    for (const key of ['a', 'c', 'j', '1', '?', '/']) expect(press(key, {}, off)).toBeNull();
    expect(meaningOf(aKey('t'), off).pending).toBeNull();
    expect(press('ArrowDown', {}, off)).toBe('next');
    expect(press('Escape', {}, off)).toBe('back');
    expect(press('k', { ctrlKey: true }, off)).toBe('palette');
    expect(strokesOf('acknowledgeCase', off)).toEqual([]);
  });

  test('nonsense that was kept is not taken up', () => {
    for (const text of [null, '', '{', '[]', '{"own":{"nothing":["a"],"mute":"q","wall":[1]}}'])
      expect(readBindings(text)).toEqual(TABLE_BINDINGS);
    expect(readBindings('{"single":false,"own":{"mute":["q"]}}')).toEqual({
      single: false,
      own: { mute: ['q'] },
    });
  });
});
