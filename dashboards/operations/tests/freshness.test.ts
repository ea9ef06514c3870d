// Freshness: an old picture is called old in time, whatever the socket claims.

import { describe, expect, test } from 'vitest';
import { freshness, type Hearing } from '../src/live/freshness';

const hearing = (more: Partial<Hearing> = {}): Hearing => ({
  since: 0,
  heardAt: 100_000,
  lostAt: null,
  heartbeatMs: 5_000,
  ...more,
});

describe('freshness', () => {
  test('one late beat is no alarm', () => {
    expect(freshness(hearing(), 100_000 + 8_900)).toBe('LIVE');
  });

  test('two missed beats are stale within ten seconds, four are offline', () => {
    expect(freshness(hearing(), 100_000 + 9_000)).toBe('STALE');
    expect(freshness(hearing(), 100_000 + 19_999)).toBe('STALE');
    expect(freshness(hearing(), 100_000 + 20_000)).toBe('OFFLINE');
  });

  test('a lost socket is stale after its grace even if a frame came just before', () => {
    const lost = hearing({ lostAt: 100_500 });
    expect(freshness(lost, 102_000)).toBe('LIVE');
    expect(freshness(lost, 102_500)).toBe('STALE');
  });

  test('a console that never heard anything is connecting, then offline, never live', () => {
    const deaf = hearing({ heardAt: null, lostAt: 0 });
    expect(freshness(deaf, 19_000)).toBe('CONNECTING');
    expect(freshness(deaf, 20_000)).toBe('OFFLINE');
  });
});
