// The operator's own keys: other strokes for an action, none at all, or all single keys off
// (WCAG 2.1.4). Kept in this browser; an absent entry means the table's own strokes.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type ActionName, isSingle, KEY_TABLE, shownStroke } from './keytable';

export interface Bindings {
  /** Single character keys act at all. Keys with Ctrl, arrows, Enter and Escape always do. */
  single: boolean;
  /** By action; an empty list switches the action's keys off. */
  own: Readonly<Partial<Record<ActionName, readonly string[]>>>;
}

const KEPT = 'city-brain.keys';
export const TABLE_BINDINGS: Bindings = { single: true, own: {} };

const ACTIONS = new Set<string>(KEY_TABLE.map(({ action }) => action));

/** What was kept, as far as it still makes sense. */
export function readBindings(text: string | null): Bindings {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Bindings> | null;
    const own = Object.entries(kept?.own ?? {}).filter(
      ([action, strokes]) =>
        ACTIONS.has(action) &&
        Array.isArray(strokes) &&
        strokes.every((stroke) => typeof stroke === 'string' && stroke !== ''),
    );
    return { single: kept?.single !== false, own: Object.fromEntries(own) };
  } catch {
    return TABLE_BINDINGS;
  }
}

const kept = (): string | null =>
  typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);

export const bindings = createStore<Bindings>()(() => readBindings(kept()));

export const useBindings = (): Bindings => useStore(bindings);

function keep(next: Bindings): void {
  bindings.setState(next, true);
  localStorage.setItem(KEPT, JSON.stringify(next));
}

export const allowSingleKeys = (single: boolean): void => keep({ ...bindings.getState(), single });

/** Gives an action these strokes; `null` gives it the table's again. */
export function rebind(action: ActionName, strokes: readonly string[] | null): void {
  const { single, own } = bindings.getState();
  const { [action]: _, ...others } = own;
  keep({ single, own: strokes === null ? others : { ...others, [action]: strokes } });
}

export const resetKeys = (): void => keep(TABLE_BINDINGS);

/** The strokes that mean an action now. */
export function strokesOf(action: ActionName, { single, own }: Bindings): readonly string[] {
  const strokes = own[action] ?? KEY_TABLE.find((line) => line.action === action)?.strokes ?? [];
  return single ? strokes : strokes.filter((stroke) => !isSingle(stroke));
}

/** The first of them as people read it; empty when the action has no key. */
export const shownKey = (action: ActionName, now: Bindings): string => {
  const [first] = strokesOf(action, now);
  return first === undefined ? '' : shownStroke(first);
};

/** Actions that would be given the same stroke, or one that begins another's two strokes. */
export function clashes(action: ActionName, stroke: string, now: Bindings): ActionName[] {
  const meets = (other: string) =>
    other === stroke || other.startsWith(`${stroke} `) || stroke.startsWith(`${other} `);
  return KEY_TABLE.filter(
    (line) => line.action !== action && strokesOf(line.action, now).some(meets),
  ).map((line) => line.action);
}
