// The queue as React sees it: rows of the live picture with the operator's own orders laid over,
// filtered, and held still while it is in use.

import { useMemo, useRef } from 'react';
import { withGuess } from '../command/optimistic';
import { useGuesses } from '../command/send';
import { useFeed, world } from '../live/feed';
import { useSession } from '../shell/session';
import { type Filter, passes, type Surroundings } from '../view/filter';
import { useNames } from '../view/names';
import { useView } from '../view/view';
import { useClaiming, useClaims } from './claims';
import { type Held, type Shown, show, withoutDone } from './freeze';
import { caseRow, queueRows, type Row } from './rows';

/** All rows, whatever the filter. */
export function useRows(): Row[] {
  const cases = useFeed((feed) => feed.revision.cases);
  const alerts = useFeed((feed) => feed.revision.alerts);
  const guesses = useGuesses();
  const claims = useClaims();
  useClaiming(world.alerts.values(), world.cases.values());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revisions say that the world changed in place.
  return useMemo(() => {
    const shown = [...world.cases.values()].map((item) => withGuess(item, guesses.get(item.id)));
    return queueRows(shown, world.alerts.values(), claims);
  }, [cases, alerts, guesses, claims]);
}

/** What a filter needs to know besides the row. */
export function useSurroundings(): Surroundings {
  const { name } = useSession();
  const { parents, places } = useNames();
  return useMemo(() => ({ operator: name, parents, placeNames: places }), [name, parents, places]);
}

/** Rows that pass the filter: what map and queue show together. */
export function useFiltered(all: readonly Row[]): readonly Row[] {
  const filter = useView((view) => view.filter);
  const around = useSurroundings();
  return useMemo(() => all.filter((row) => passes(row, filter, around)), [all, filter, around]);
}

export interface Queue extends Shown {
  frozen: boolean;
  /** How many rows the filter hides. */
  hidden: number;
}

export function useQueue(all: readonly Row[], live: readonly Row[]): Queue {
  const filter = useView((view) => view.filter);
  const selected = useView((view) => view.selected);
  const frozen =
    useView((view) => view.freeze.size > 0 || view.dialog !== null || view.chosen.size > 0) ||
    selected !== null;
  const thaw = useView((view) => view.thaw);
  const memory = useRef<Memory>({ held: null, thaw, filter, selected });
  const { current } = memory;
  // Asked for the new rows, or for other ones: hold on to the order as it is now.
  const anew = current.thaw !== thaw || current.filter !== filter;
  // Moved on to another row: what is done may go now.
  const movedOn = current.selected !== selected;
  const held = movedOn ? withoutDone(current.held, live, selected) : current.held;
  const shown = show(anew ? null : held, frozen, live, latestRow);
  memory.current = { held: shown.held, thaw, filter, selected };
  return { ...shown, frozen: frozen && live.length > 0, hidden: all.length - live.length };
}

interface Memory {
  held: Held;
  thaw: number;
  filter: Filter;
  selected: string | null;
}

function latestRow(key: string): Row | null {
  const item = key.startsWith('case:') ? world.cases.get(key.slice('case:'.length)) : undefined;
  return item ? caseRow(item) : null;
}
