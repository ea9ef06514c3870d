// Sound: what is new and grave is heard once, what is gravest is heard until it is acknowledged.

import { describe, expect, test } from 'vitest';
import type { Severity } from '../src/live/protocol';
import { caseRow } from '../src/queue/rows';
import { deaf, FLOOD_FROM, listen, REPEAT_MS } from '../src/sound/attention';
import { STROKES } from '../src/sound/horn';
import { readPreferences, USUAL } from '../src/sound/preferences';
import { aCase, at, NOW } from './samples';

const row = (id: string, severity: Severity, acknowledged = false) =>
  caseRow(
    aCase(id, {
      severity,
      openedAt: at(-3_600_000),
      acknowledgedBy: acknowledged ? { kind: 'operator', name: 'wang' } : null,
    }),
  );

const LEVELS: readonly Severity[] = [1, 2];
const HEARD = { 1: NOW, 2: NOW, 3: NOW, 4: NOW };

/** The tones of a course of pictures, one second apart. */
function tones(levels: readonly Severity[], ...pictures: ReturnType<typeof row>[][]) {
  let ear = { ...deaf, soundedAt: HEARD };
  return pictures.map((rows, n) => {
    const heard = listen(ear, rows, { levels, now: NOW + n * 1_000 });
    ear = heard.ear as typeof ear;
    return heard.tone;
  });
}

describe('attention', () => {
  test('what was there before the console was opened is not announced as new', () => {
    expect(tones(LEVELS, [row('a', 2)], [row('a', 2)])).toEqual([null, null]);
  });

  test('a new level 1 and a new level 2 sound once, each with its own tone', () => {
    expect(
      tones(LEVELS, [], [row('a', 2)], [row('a', 2), row('b', 1)], [row('a', 2), row('b', 1)]),
    ).toEqual([null, 2, 1, null]);
  });

  test('only the levels that are wanted are heard, acknowledged ones never', () => {
    const rows = [row('a', 3), row('b', 4), row('c', 1, true)];
    expect(tones(LEVELS, [], rows)).toEqual([null, null]);
    expect(tones([1, 2, 3], [], rows)).toEqual([null, 3]);
    expect(tones([4], [], rows)).toEqual([null, 4]);
  });

  test('an unacknowledged level 1 or 2 sounds again after its own time until somebody has it', () => {
    const ear = { announced: new Set(['case:a']), soundedAt: HEARD };
    for (const level of [1, 2] as const) {
      const again = (acknowledged: boolean, after: number) =>
        listen(ear, [row('a', level, acknowledged)], { levels: LEVELS, now: NOW + after }).tone;
      const repeat = REPEAT_MS[level] ?? 0;
      expect(again(false, repeat - 1)).toBeNull();
      expect(again(false, repeat)).toBe(level);
      expect(again(true, repeat)).toBeNull();
    }
    const third = listen(ear, [row('a', 3)], { levels: [3], now: NOW + 9e9 });
    expect(third.tone).toBeNull();
  });

  test('one that asks again after its acknowledgement ended is heard again', () => {
    expect(tones(LEVELS, [], [row('a', 1)], [row('a', 1, true)], [row('a', 1)])).toEqual([
      null,
      1,
      null,
      1,
    ]);
  });

  test('in a flood only level 1 is heard', () => {
    const flood = Array.from({ length: FLOOD_FROM }, (_, n) =>
      caseRow(aCase(`f${n}`, { severity: 2, openedAt: at(-1_000) })),
    );
    expect(tones(LEVELS, [], flood.slice(1))).toEqual([null, 2]);
    expect(tones(LEVELS, [], flood)).toEqual([null, null]);
    expect(tones(LEVELS, [], [...flood, row('a', 1)])).toEqual([null, 1]);
  });
});

describe('the tones', () => {
  test('no two levels sound alike', () => {
    const rhythms = Object.values(STROKES).map((strokes) => JSON.stringify(strokes));
    expect(new Set(rhythms).size).toBe(4);
  });

  test('nonsense that was kept leaves the usual', () => {
    for (const text of [null, '{', '{"levels":1,"volume":"loud"}'])
      expect(readPreferences(text)).toEqual(USUAL);
    expect(readPreferences('{"levels":[3,9,1],"volume":7}')).toEqual({ levels: [1, 3], volume: 1 });
  });
});
