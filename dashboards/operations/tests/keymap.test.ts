// Keys: each does what the key map says, and none acts while somebody is typing.

import { describe, expect, test } from 'vitest';
import { actionFor, COMMAND_KEY, COMMANDS, type Key } from '../src/command/keymap';

const press = (key: string, more: Partial<Key> = {}) =>
  actionFor({
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

describe('the key map', () => {
  test('every order has its letter and no two share one', () => {
    for (const command of COMMANDS) {
      expect(press(COMMAND_KEY[command])).toEqual({ do: 'command', command });
    }
    expect(new Set(Object.values(COMMAND_KEY)).size).toBe(COMMANDS.length);
  });

  test('letters of the console are those of the handbook', () => {
    expect(Object.values(COMMAND_KEY).join('')).toBe('ageorvcn');
    expect(press('j')).toEqual({ do: 'step', by: 1 });
    expect(press('ArrowUp')).toEqual({ do: 'step', by: -1 });
    expect(press('.')).toEqual({ do: 'fresh' });
    expect(press('?', { shiftKey: true })).toEqual({ do: 'help' });
    expect(press('m')).toEqual({ do: 'mute' });
    expect(press('z')).toEqual({ do: 'zoom' });
    expect(press('Z', { shiftKey: true })).toEqual({ do: 'whole' });
    expect(press('3')).toEqual({ do: 'severity', level: 3 });
  });

  test('an input method that is composing never gives an order', () => {
    for (const key of [...Object.values(COMMAND_KEY), 'j', 'Enter', '1']) {
      expect(press(key, { isComposing: true })).toBeNull();
      expect(press(key, { keyCode: 229 })).toBeNull();
    }
    expect(press('Process')).toBeNull();
  });

  test('no single key acts in a field, in a dialog or with a modifier', () => {
    for (const focused of ['INPUT', 'TEXTAREA', 'SELECT'])
      expect(press('c', { focused })).toBeNull();
    expect(press('c', { editable: true })).toBeNull();
    expect(press('c', { dialogOpen: true })).toBeNull();
    expect(press('c', { ctrlKey: true })).toBeNull();
    expect(press('a', { metaKey: true })).toBeNull();
  });

  test('caps lock changes nothing, shift does', () => {
    expect(press('A')).toEqual({ do: 'command', command: 'acknowledgeCase' });
    expect(press('A', { shiftKey: true })).toBeNull();
    expect(press('Z')).toEqual({ do: 'zoom' });
  });

  test('Enter on a button presses the button', () => {
    expect(press('Enter', { focused: 'BUTTON' })).toBeNull();
    expect(press('Enter')).toEqual({ do: 'open' });
  });
});
