// How far the picture may be trusted, from the time of the last frame alone.
// Stale data must never look fresh: silence is counted even while the socket claims to be open.

/** Live, then stale after two missed beats, then offline: commands are refused. */
export type Freshness = 'CONNECTING' | 'LIVE' | 'STALE' | 'OFFLINE';

export interface Hearing {
  /** When the console began to listen. */
  since: number;
  /** When the last frame came, if one ever came on any connection. */
  heardAt: number | null;
  /** When the socket was lost; `null` while it is open and welcomed. */
  lostAt: number | null;
  heartbeatMs: number;
}

/** A lost socket is called stale after this long: a blip that heals at once is no news. */
export const LOST_GRACE_MS = 2_000;
/** The second beat is called missed this much early, so that the banner is up within two beats. */
export const STALE_MARGIN_MS = 1_000;

/** Silence after which an open socket counts as dead and is replaced. */
export const silenceMax = (heartbeatMs: number): number => 2 * heartbeatMs - STALE_MARGIN_MS;

export function freshness(hearing: Hearing, now: number): Freshness {
  const { heardAt, lostAt, heartbeatMs, since } = hearing;
  const offlineAfter = 4 * heartbeatMs;
  if (heardAt === null) return now - since >= offlineAfter ? 'OFFLINE' : 'CONNECTING';
  const silence = now - heardAt;
  if (silence >= offlineAfter) return 'OFFLINE';
  if (silence >= silenceMax(heartbeatMs)) return 'STALE';
  if (lostAt !== null && now - lostAt >= LOST_GRACE_MS) return 'STALE';
  return 'LIVE';
}
