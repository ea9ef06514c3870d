// Who is signed in. The session itself is an HttpOnly cookie that scripts cannot read: whether it
// holds is asked of the hub, never remembered.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ask, unauthorized } from '../graphql/client';
import { graphql } from '../graphql/tada';
import { refusal } from '../live/feed';

export type Role = 'ADMINISTRATOR' | 'SUPERVISOR' | 'OPERATOR' | 'DEVELOPER' | 'PUBLISHER';

export interface Session {
  /** `asking` until the hub has said whether the cookie still holds. */
  state: 'asking' | 'in' | 'out';
  name: string | null;
  roles: readonly Role[];
  /** The session ended while the console was in use. */
  ended: boolean;
  /** Why the hub could not be asked. */
  trouble: string | null;
}

/** Set while somebody is signed in here. No secret: it only spares the question of a first visit. */
const HINT = 'city-brain.signed-in';

const ASK_AGAIN_MS = 3_000;

const viewerQuery = graphql(`query ConsoleViewer { viewer { name roles } }`);

export const session = createStore<Session>()(() => ({
  state: 'asking',
  name: null,
  roles: [],
  ended: false,
  trouble: null,
}));

export const useSession = (): Session => useStore(session);

/** Asks the hub who is signed in; an unreachable hub changes nothing, and is asked again at the start. */
export async function resume(): Promise<void> {
  if (localStorage.getItem(HINT) === null) {
    session.setState({ state: 'out', name: null });
    return;
  }
  const answer = await ask(viewerQuery, {});
  if (answer.ok) {
    const { name, roles } = answer.data.viewer;
    session.setState({ state: 'in', name, roles, ended: false, trouble: null });
  } else if (session.getState().state === 'asking') {
    session.setState({ trouble: answer.reason });
    setTimeout(() => void resume(), ASK_AGAIN_MS);
  }
}

export type LoginFailure = 'wrong' | 'unreachable' | 'tooMany';

export async function login(name: string, password: string): Promise<LoginFailure | null> {
  try {
    const response = await fetch('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
    });
    if (response.ok) {
      localStorage.setItem(HINT, '1');
      await resume();
      return session.getState().state === 'in' ? null : 'unreachable';
    }
    if (response.status === 429) return 'tooMany';
    return response.status >= 500 ? 'unreachable' : 'wrong';
  } catch {
    return 'unreachable';
  }
}

export async function logout(): Promise<void> {
  try {
    await fetch('/auth/logout', { method: 'POST' });
  } finally {
    localStorage.removeItem(HINT);
    session.setState({ state: 'out', name: null, ended: false });
  }
}

unauthorized.tell = () => {
  const { state } = session.getState();
  localStorage.removeItem(HINT);
  session.setState({ state: 'out', name: null, ended: state === 'in' });
};

refusal.ask = () => {
  if (session.getState().state === 'in') void resume();
};
