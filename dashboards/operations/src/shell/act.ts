// What each action of the key table does. Keys, the palette and the footer all come here.

import type { ActionName } from '../command/keytable';
import { isCommand } from '../command/order';
import { perform, performForChosen, selectedCase, undoLast } from '../command/perform';
import { clock } from '../live/feed';
import { type ShownRow, step } from '../queue/freeze';
import { toggleMute } from '../sound/horn';
import { all, extended, NONE, toggled } from '../view/selection';
import {
  choose,
  goTo,
  openDialog,
  reachBack,
  select,
  showFresh,
  showMapList,
  togglePause,
  toggleSeverity,
  unfoldFilter,
  view,
} from '../view/view';

/** Elements that an action moves the focus to. */
export const FOCUS = {
  search: 'queue-search',
  filter: 'queue-filter',
  list: 'queue-list',
} as const;

type Act = (rows: readonly ShownRow[]) => void;

const move =
  (by: 1 | -1): Act =>
  (rows) =>
    select(step(rows, view.getState().selected, by));

const extend =
  (by: 1 | -1): Act =>
  (rows) => {
    const { chosen, selected } = view.getState();
    const next = extended(rows, chosen, selected, by);
    select(next.cursor);
    choose(next.chosen);
  };

const ACTS: Readonly<Partial<Record<ActionName, Act>>> = {
  undo: () => void undoLast(),
  next: move(1),
  previous: move(-1),
  open: (rows) => select(view.getState().selected ?? step(rows, null, 1)),
  back: stepBack,
  choose: (rows) => {
    const at = view.getState().selected ?? step(rows, null, 1);
    if (at === null) return;
    select(at);
    choose(toggled(view.getState().chosen, at));
  },
  chooseNext: extend(1),
  choosePrevious: extend(-1),
  chooseAll: (rows) => {
    const keys = rows.filter(({ gone }) => !gone).map(({ row }) => row.key);
    choose(all(keys, view.getState().chosen));
  },
  fresh: showFresh,
  pause: togglePause,
  search: () => focus(FOCUS.search),
  filter: () => {
    const { filtering } = view.getState();
    unfoldFilter(!filtering);
    // The form is in the document only after the next commit.
    if (!filtering) requestAnimationFrame(() => focus(FOCUS.filter));
  },
  severity1: () => toggleSeverity(1),
  severity2: () => toggleSeverity(2),
  severity3: () => toggleSeverity(3),
  severity4: () => toggleSeverity(4),
  zoom: () => goTo('selection'),
  whole: () => goTo('city'),
  mapList: () => showMapList(!view.getState().mapList),
  hour: () => reachBack('hour'),
  day: () => reachBack('day'),
  week: () => reachBack('week'),
  mute: () => toggleMute(clock.getState().now),
  wall: () => void open(`/wall?lang=${view.getState().language}`, '_blank', 'noopener'),
  palette: () => openDialog('palette'),
  help: () => openDialog('help'),
};

/** Out of the innermost thing first: what is chosen together, the filter's form, the detail. */
function stepBack(): void {
  const { chosen, filtering, mapList } = view.getState();
  if (chosen.size > 0) choose(NONE);
  else if (filtering) unfoldFilter(false);
  else if (mapList) showMapList(false);
  else select(null);
}

function focus(id: string): void {
  const element = document.getElementById(id);
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
}

export function act(action: ActionName, rows: readonly ShownRow[]): void {
  if (!isCommand(action)) {
    ACTS[action]?.(rows);
    return;
  }
  if (view.getState().chosen.size > 0) performForChosen(action);
  else {
    const caseId = selectedCase();
    if (caseId) void perform(action, caseId);
  }
}
