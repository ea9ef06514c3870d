// Turns keys into actions for the whole console.

import { useEffect, useRef } from 'react';
import { type Action, actionFor, type Key } from '../command/keymap';
import { perform, selectedCase } from '../command/perform';
import { clock } from '../live/feed';
import { type ShownRow, step } from '../queue/freeze';
import { toggleMute } from '../sound/horn';
import { goTo, openDialog, select, showFresh, toggleSeverity, view } from '../view/view';

export function useKeys(rows: readonly ShownRow[]): void {
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = actionFor(keyOf(event));
      if (!action) return;
      event.preventDefault();
      act(action, latest.current);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
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
    dialogOpen: view.getState().dialog !== null,
  };
}

function act(action: Action, rows: readonly ShownRow[]): void {
  const { selected } = view.getState();
  if (action.do === 'command') {
    const caseId = selectedCase();
    if (caseId) void perform(action.command, caseId);
  } else if (action.do === 'step') select(step(rows, selected, action.by));
  else if (action.do === 'open') select(selected ?? step(rows, null, 1));
  else if (action.do === 'back') select(null);
  else if (action.do === 'fresh') showFresh();
  else if (action.do === 'help') openDialog('help');
  else if (action.do === 'mute') toggleMute(clock.getState().now);
  else if (action.do === 'zoom') goTo('selection');
  else if (action.do === 'whole') goTo('city');
  else if (action.do === 'severity') toggleSeverity(action.level);
}
