// Sound: what is new and grave is heard once, what is gravest is heard until it is acknowledged.

import { describe, expect, test } from 'vitest';
import type { Severity } from '../src/live/protocol';
import { caseRow } from '../src/queue/rows';
import { deaf, listen, REPEAT_MS } from '../src/sound/attention';
import { aCase, NOW } from './samples';

const row = (id: string, severity: Severity, acknowledged = false) =>
  caseRow(
    aCase(id, {
      severity,
      acknowledgedBy: acknowledged ? { kind: 'operator', name: 'wang' } : null,
    }),
  );

/** The tones of a course of pictures, one second apart. */
function tones(...pictures: ReturnType<typeof row>[][]) {
  let ear = { ...deaf, soundedAt: NOW };
  return pictures.map((rows, n) => {
    const heard = listen(ear, rows, NOW + n * 1_000);
    ear = heard.ear as typeof ear;
    return heard.tone;
  });
}

describe('attention', () => {
  test('what was there before the console was opened is not announced as new', () => {
    expect(tones([row('a', 2)], [row('a', 2)])).toEqual([null, null]);
  });

  test('a new level 1 and a new level 2 sound once, each with its own tone', () => {
    expect(
      tones([], [row('a', 2)], [row('a', 2), row('b', 1)], [row('a', 2), row('b', 1)]),
    ).toEqual([null, 2, 1, null]);
  });

  test('levels 3 and 4 and acknowledged ones are never heard', () => {
    expect(tones([], [row('a', 3), row('b', 4), row('c', 1, true)])).toEqual([null, null]);
  });

  test('an unacknowledged level 1 sounds again until somebody has it', () => {
    const ear = { announced: new Set(['case:a']), soundedAt: NOW };
    expect(listen(ear, [row('a', 1)], NOW + REPEAT_MS - 1).tone).toBeNull();
    expect(listen(ear, [row('a', 1)], NOW + REPEAT_MS).tone).toBe(1);
    expect(listen(ear, [row('a', 1, true)], NOW + REPEAT_MS).tone).toBeNull();
    expect(listen(ear, [row('a', 2)], NOW + REPEAT_MS).tone).toBeNull();
  });

  test('one that asks again after its acknowledgement ended is heard again', () => {
    expect(tones([], [row('a', 1)], [row('a', 1, true)], [row('a', 1)])).toEqual([
      null,
      1,
      null,
      1,
    ]);
  });
});
