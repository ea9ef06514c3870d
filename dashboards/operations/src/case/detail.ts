// What the live picture does not carry about a case: its timeline and the orders allowed now.
// Fetched when a case is opened and again whenever the stream shows a newer version.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask } from '../graphql/client';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../graphql/tada';

/** The query side may trail the stream by a moment: ask again so often, so far apart. */
const ASK_AGAIN = 16;
const ASK_AGAIN_MS = 250;
const ASK_AGAIN_MS_MAX = 3_000;

export const caseDetail = graphql(`
  fragment CaseDetail on Case {
    id
    key
    version
    status
    state
    allowedCommands
    stateTitles { zh en }
    commands { name titles { zh en } }
    assignments { id state releasedAt unit { key } }
    timeline(last: 100) {
      nodes {
        at
        actor { kind name }
        command
        words { zh en }
        fields
      }
    }
  }
`);

export const caseQuery = graphql(
  `query ConsoleCase($id: ID!) { case(id: $id) { ...CaseDetail } }`,
  [caseDetail],
);

export type CaseDetail = ResultOf<typeof caseDetail>;

interface Details {
  byCase: ReadonlyMap<string, CaseDetail>;
  failed: ReadonlyMap<string, string>;
}

export const details = createStore<Details>()(() => ({ byCase: new Map(), failed: new Map() }));

export const useDetail = (caseId: string | null): CaseDetail | null =>
  useStore(details, (state) => (caseId ? (state.byCase.get(caseId) ?? null) : null));

export const useDetailFailure = (caseId: string | null): string | null =>
  useStore(details, (state) => (caseId ? (state.failed.get(caseId) ?? null) : null));

/** By the plain key that live frames use; the global id is for `node`. Takes over what an answer said about a case, unless something newer is known. */
export function adopt(found: FragmentOf<typeof caseDetail>): CaseDetail {
  const detail = readFragment(caseDetail, found);
  const { byCase, failed } = details.getState();
  if ((byCase.get(detail.key)?.version ?? -1) > detail.version) return detail;
  const stillFailed = new Map(failed);
  stillFailed.delete(detail.key);
  details.setState({ byCase: new Map(byCase).set(detail.key, detail), failed: stillFailed });
  return detail;
}

const asking = new Map<string, { version: number; done: Promise<void> }>();

/** Fetches until the detail is at least as new as `version`; one question at a time per case. */
export function fetchDetail(caseId: string, version: number): Promise<void> {
  const under = asking.get(caseId);
  if (under && under.version >= version) return under.done;
  const done = pursue(caseId, version).finally(() => {
    if (asking.get(caseId)?.version === version) asking.delete(caseId);
  });
  asking.set(caseId, { version, done });
  return done;
}

async function pursue(caseId: string, version: number): Promise<void> {
  for (let n = 0; n < ASK_AGAIN; n += 1) {
    const result = await ask(caseQuery, { id: caseId });
    if (!result.ok || !result.data.case) {
      fail(caseId, result.ok ? '' : result.reason);
      return;
    }
    if (adopt(result.data.case).version >= version) return;
    const wait = Math.min(ASK_AGAIN_MS_MAX, ASK_AGAIN_MS * (n + 1));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function fail(caseId: string, reason: string): void {
  details.setState({ failed: new Map(details.getState().failed).set(caseId, reason) });
}
