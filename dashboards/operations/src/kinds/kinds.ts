// The kinds of cases that the hub knows, asked for once.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { type CaseKindData, caseKindsQuery } from './documents';

interface Kinds {
  kinds: readonly CaseKindData[];
  state: 'unasked' | 'asking' | 'known';
  failure: string | null;
}

const store = createStore<Kinds>()(() => ({ kinds: [], state: 'unasked', failure: null }));

async function fetchKinds(): Promise<void> {
  if (store.getState().state !== 'unasked') return;
  store.setState({ state: 'asking' });
  const answer = await ask(caseKindsQuery, {});
  if (answer.ok) store.setState({ kinds: answer.data.caseKinds, state: 'known', failure: null });
  else store.setState({ state: 'unasked', failure: answer.reason });
}

export function useKinds(): Kinds {
  useEffect(() => {
    void fetchKinds();
  }, []);
  return useStore(store);
}
