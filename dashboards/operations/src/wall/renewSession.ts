// A wall is signed in once and stays up for weeks: its session is extended long before it ends. The
// hub writes nothing down while most of the session is still left, so asking often costs nothing.

import { unauthorized } from '../graphql/client';

const EVERY_MS = 30 * 60_000;
const AGAIN_MS = 60_000;

/** Keeps the session alive; the answer ends it. */
export function keepSession(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const renew = async () => {
    let wait = AGAIN_MS;
    try {
      const { ok, status } = await fetch('/auth/renew', { method: 'POST' });
      if (status === 401) unauthorized.tell();
      if (ok) wait = EVERY_MS;
    } catch {
      // The hub is away: the wall says so by its own staleness, and asks again.
      wait = AGAIN_MS;
    }
    timer = setTimeout(() => void renew(), wait);
  };
  timer = setTimeout(() => void renew(), 0);
  return () => clearTimeout(timer);
}
