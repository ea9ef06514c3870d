// The queue as React sees it: rows of the live picture with the operator's own orders laid over,
// filtered, and held still while it is in use.

import { useMemo, useRef } from 'react';
import { withGuess } from '../command/optimistic';
import { useGuesses } from '../command/send';
import { useFeed, world } from '../live/feed';
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

export interface Queue extends Shown {
  frozen: boolean;
  filtered: boolean;
}

export function useQueue(all: readonly Row[]): Queue {
  const severities = useView((view) => view.severities);
  const selected = useView((view) => view.selected);
  const frozen =
    useView((view) => view.freeze.size > 0 || view.dialog !== null) || selected !== null;
  const thaw = useView((view) => view.thaw);
  const memory = useRef<Memory>({ held: null, thaw, severities, selected });
  const live = all.filter((row) => severities.includes(row.severity));
  const { current } = memory;
  // Asked for the new rows, or for other severities: hold on to the order as it is now.
  const anew = current.thaw !== thaw || current.severities !== severities;
  // Moved on to another row: what is done may go now.
  const movedOn = current.selected !== selected;
  const held = movedOn ? withoutDone(current.held, live, selected) : current.held;
  const shown = show(anew ? null : held, frozen, live, latestRow);
  memory.current = { held: shown.held, thaw, severities, selected };
  return { ...shown, frozen: frozen && live.length > 0, filtered: live.length < all.length };
}

interface Memory {
  held: Held;
  thaw: number;
  severities: unknown;
  selected: string | null;
}

function latestRow(key: string): Row | null {
  const item = key.startsWith('case:') ? world.cases.get(key.slice('case:'.length)) : undefined;
  return item ? caseRow(item) : null;
}
