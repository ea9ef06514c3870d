// The catalog's vital signs as the hub computes them: asked for now and then while somebody looks.
// What was known stays on the screen when an answer fails, with the time it was true.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { graphql, type ResultOf } from '../graphql/tada';

const signsQuery = graphql(`
  query ConsoleSigns {
    vitalSigns {
      id
      titles { zh en }
      units { zh en }
      value
      target
      direction
      state
      trend { at value }
      windowSeconds
      department { name }
      lastEventAt
      silentAfterSeconds
      exercise
    }
  }
`);

export type MeasuredSign = ResultOf<typeof signsQuery>['vitalSigns'][number];

interface Measured {
  signs: readonly MeasuredSign[];
  /** When the hub last answered; `null` before the first answer. */
  heardAt: number | null;
  /** Why the last question failed; `null` when it did not. */
  failure: string | null;
}

/** The hub computes them anew at most every few seconds. */
const ASK_EVERY_MS = 15_000;
/** Older than this, a figure is shown as stale. */
export const STALE_AFTER_MS = 3 * ASK_EVERY_MS;

export const measured = createStore<Measured>()(() => ({
  signs: [],
  heardAt: null,
  failure: null,
}));

export const useMeasured = (): Measured => useStore(measured);

export const isStale = (heardAt: number | null, now: number): boolean =>
  heardAt !== null && now - heardAt > STALE_AFTER_MS;

async function fetchSigns(): Promise<void> {
  const answer = await ask(signsQuery, {});
  if (answer.ok) {
    measured.setState({ signs: answer.data.vitalSigns, heardAt: Date.now(), failure: null });
  } else measured.setState({ failure: answer.reason });
}

let watchers = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** Keeps the signs fresh while the component is on the screen; several share one question. */
export function useFreshSigns(): void {
  useEffect(() => {
    watchers += 1;
    if (timer === null) {
      void fetchSigns();
      timer = setInterval(() => void fetchSigns(), ASK_EVERY_MS);
    }
    return () => {
      watchers -= 1;
      if (watchers > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    };
  }, []);
}
