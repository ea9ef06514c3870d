// Turns keys into actions for the whole console.

import { useEffect, useRef } from 'react';
import { bindings } from '../command/bindings';
import { type Key, meaningOf } from '../command/keymap';
import type { ShownRow } from '../queue/freeze';
import { view } from '../view/view';
import { act } from './act';

/** The second of two strokes must follow within this time. */
const SEQUENCE_MS = 1_500;

export function useKeys(rows: readonly ShownRow[]): void {
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    let pending: string | null = null;
    let forget: ReturnType<typeof setTimeout> | null = null;
    const press = (event: KeyboardEvent) => {
      const meaning = meaningOf(keyOf(event), bindings.getState(), pending);
      if (forget !== null) clearTimeout(forget);
      ({ pending } = meaning);
      forget = pending === null ? null : setTimeout(() => (pending = null), SEQUENCE_MS);
      if (meaning.action === null) return;
      event.preventDefault();
      act(meaning.action, latest.current);
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
      if (forget !== null) clearTimeout(forget);
    };
  }, []);
}

function keyOf(event: KeyboardEvent): Key {
  const focused = document.activeElement;
  return {
    key: event.key,
    shiftKey: event.shiftKey,
    ctrlKey: event.ctrlKey,
    altKey: event.altKey,
    metaKey: event.metaKey,
    isComposing: event.isComposing,
    keyCode: event.keyCode,
    focused: focused?.tagName ?? null,
    editable: focused instanceof HTMLElement && focused.isContentEditable,
    dialogOpen: view.getState().dialog !== null || document.querySelector('dialog[open]') !== null,
  };
}
