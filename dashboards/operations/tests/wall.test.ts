// What a wall shows follows from its address and the time alone.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS, presetAt, readRotation } from '../src/wall/presets';

describe('a wall', () => {
  test('shows the one arrangement that its address names, and the overview without one', () => {
    expect(readRotation('map', '?rotate=all').presets).toEqual(['map']);
    expect(readRotation(null, '').presets).toEqual(['overview']);
    expect(readRotation(null, '?rotate=nothing').presets).toEqual(['overview']);
  });

  test('shows several in turns of the length that was asked for, within reason', () => {
    expect(readRotation(null, '?rotate=cases,map,nothing&every=20')).toEqual({
      presets: ['cases', 'map'],
      everyMs: 20_000,
    });
    expect(readRotation(null, '?rotate=all').presets).toEqual(PRESETS);
    expect(readRotation(null, '?rotate=all&every=0.01').everyMs).toBe(5_000);
    expect(readRotation(null, '?rotate=all&every=soon').everyMs).toBe(30_000);
  });

  test('gives every arrangement its turn, and changes together with the wall beside it', () => {
    fc.assert(
      fc.property(fc.nat(), (start) => {
        const rotation = readRotation(null, '?rotate=all&every=10');
        const turns = PRESETS.map((_, n) => presetAt(rotation, start + n * 10_000));
        expect([...turns].sort()).toEqual([...PRESETS].sort());
      }),
    );
  });
});
