// What can be read off the screen: the clocks, the vital signs, the marks on the map.

import { describe, expect, test } from 'vitest';
import { readClock, worstClock } from '../src/case/clocks';
import { age, span } from '../src/i18n/time';
import type { LiveClock } from '../src/live/protocol';
import { gather, hit } from '../src/map/marks';
import { middleOf } from '../src/map/middle';
import { alertRow, caseRow } from '../src/queue/rows';
import { alertRate, departmentSigns, openCases, timeToAck } from '../src/signs/signs';
import { ackTargetOf } from '../src/view/names';
import { aCase, anAlert, at, NOW } from './samples';

describe('clocks', () => {
  const clock = (more: Partial<LiveClock>): LiveClock => ({
    id: 'acknowledge',
    title: { zh: '受理', en: 'Acknowledge' },
    startedAt: at(-60_000),
    dueAt: at(60_000),
    ...more,
  });

  test('run, come close, run out, are met, are met late, pause', () => {
    expect(readClock(clock({}), NOW)).toMatchObject({ face: 'running', left: 60_000 });
    expect(readClock(clock({}), NOW + 40_000).face).toBe('risk');
    expect(readClock(clock({ atRiskAt: at(50_000) }), NOW + 40_000).face).toBe('running');
    expect(readClock(clock({ atRiskAt: at(-1) }), NOW).face).toBe('risk');
    expect(readClock(clock({}), NOW + 61_000)).toMatchObject({ face: 'over', left: -1_000 });
    expect(readClock(clock({ dueAt: null, breachedAt: at(-5_000) }), NOW)).toMatchObject({
      face: 'over',
      left: -5_000,
    });
    expect(readClock(clock({ stoppedAt: at(0) }), NOW)).toMatchObject({
      face: 'met',
      left: 60_000,
    });
    expect(readClock(clock({ stoppedAt: at(0), breachedAt: at(-1) }), NOW).face).toBe('late');
    expect(readClock(clock({ dueAt: null }), NOW).face).toBe('paused');
  });

  test('the row shows the clock that is due first among those that run', () => {
    const item = aCase('a', {
      clocks: [
        clock({ id: 'met', dueAt: at(1), stoppedAt: at(0) }),
        clock({ id: 'late', dueAt: at(90_000) }),
        clock({ id: 'first', dueAt: at(30_000) }),
      ],
    });
    expect(worstClock(item, NOW)?.clock.id).toBe('first');
  });

  test('spans read as minutes and seconds, then hours', () => {
    expect([span(0), span(65_000), span(3_725_000), span(-5)]).toEqual([
      '0:00',
      '1:05',
      '1:02:05',
      '0:00',
    ]);
    expect([age(38_000, 'en'), age(38_000, 'zh'), age(7_200_000, 'zh')]).toEqual([
      '38 s',
      '38 秒',
      '2 小时',
    ]);
  });
});

describe('the vital signs', () => {
  test('ten alerts in ten minutes are a flood, nine are not', () => {
    const raised = (n: number) =>
      Array.from({ length: n }, (_, k) => anAlert(String(k), { raisedAt: at(-k * 1000) }));
    expect(alertRate(raised(9), NOW)).toEqual({ n: 9, band: 'high' });
    expect(alertRate(raised(10), NOW)).toEqual({ n: 10, band: 'flood' });
    expect(alertRate([anAlert('old', { raisedAt: at(-600_000) })], NOW)).toEqual({
      n: 0,
      band: 'steady',
    });
  });

  test('open cases count, breached ones are told, closed ones are neither', () => {
    const over: LiveClock = {
      id: 'x',
      title: { zh: '', en: '' },
      startedAt: at(-9),
      dueAt: at(-1),
    };
    const cases = [
      aCase('a'),
      aCase('b', { clocks: [over] }),
      aCase('c', { status: 'CLOSED', clocks: [over] }),
    ];
    expect(openCases(cases, NOW)).toEqual({ n: 2, breached: 1 });
  });

  const acknowledgedAfter = (ms: number | null, kind = 'city') =>
    aCase(`${kind} ${ms}`, {
      kind,
      clocks: [
        {
          id: 'acknowledge',
          title: { zh: '', en: '' },
          startedAt: at(0),
          dueAt: at(9_000),
          stoppedAt: ms === null ? null : at(ms),
        },
      ],
    });

  test('mean time to acknowledge counts only what was acknowledged', () => {
    const cases = [1_000, 3_000, null].map((ms) => acknowledgedAfter(ms));
    const noTarget = { target: null, over: false };
    expect(timeToAck(cases, new Map())).toEqual({ mean: 2_000, ...noTarget });
    expect(timeToAck([], new Map())).toEqual({ mean: null, ...noTarget });
  });

  test('the mean stands beside the target of its kinds, and is over it only beyond it', () => {
    const targets = new Map([['city', 2_000]]);
    const mtta = (...cases: ReturnType<typeof acknowledgedAfter>[]) => timeToAck(cases, targets);
    expect(mtta()).toEqual({ mean: null, target: 2_000, over: false });
    expect(mtta(acknowledgedAfter(2_000))).toEqual({ mean: 2_000, target: 2_000, over: false });
    expect(mtta(acknowledgedAfter(2_001))).toEqual({ mean: 2_001, target: 2_000, over: true });
    // A kind without a target is not held against another's.
    expect(mtta(acknowledgedAfter(1_000), acknowledgedAfter(9_000, 'micro-wish')).mean).toBe(1_000);
    targets.set('drill', 8_000);
    const both = mtta(acknowledgedAfter(3_000), acknowledgedAfter(6_000, 'drill'));
    expect(both).toEqual({ mean: 4_500, target: 5_000, over: false });
  });

  test("a kind's target is that of its acknowledgement alone", () => {
    const clocks = [
      { name: 'onScene', meanTargetSeconds: 900 },
      { name: 'acknowledge', meanTargetSeconds: 120 },
    ];
    expect(ackTargetOf({ name: 'city', clocks })).toEqual([['city', 120_000]]);
    expect(ackTargetOf({ name: 'wish', clocks: clocks.slice(0, 1) })).toEqual([]);
    const untold = [{ name: 'acknowledge', meanTargetSeconds: null }];
    expect(ackTargetOf({ name: 'wish', clocks: untold })).toEqual([]);
  });

  test('a department is as well as its worst feed, and unheard-of is no alarm', () => {
    const source = { department: 'fire', lastEventAt: at(0), perMinute: 2 };
    const [sign] = departmentSigns([
      { ...source, id: 'a', state: 'live' },
      { ...source, id: 'b', state: 'dead', lastEventAt: at(-1) },
    ]);
    expect(sign).toMatchObject({ state: 'dead', lastEventAt: NOW, perMinute: 4 });
    expect(departmentSigns([{ id: 'c', department: 'power', state: 'dead' }])[0]?.state).toBe(
      'never',
    );
  });
});

describe('the map', () => {
  const there = { lon: 121.5, lat: 31 };
  const flat = (lon: number, lat: number) => [lon * 10, lat * 10] as const;

  test('graver marks lie above others and are found first', () => {
    const rows = [
      caseRow(aCase('low', { ...there, severity: 4 })),
      caseRow(aCase('top', { ...there, severity: 1 })),
      alertRow(anAlert('mid', { ...there, severity: 2 })),
      caseRow(aCase('nowhere')),
    ];
    const { marks } = gather(rows, [], []);
    expect(marks.map(({ key }) => key)).toEqual(['case:low', 'alert:mid', 'case:top']);
    expect(hit(marks, flat, [1215, 310], 14)?.key).toBe('case:top');
    expect(hit(marks, flat, [1300, 310], 14)).toBeNull();
  });

  test('a case that knows its place but no point stands in the middle of the place', () => {
    const square = [
      [
        [
          [121, 31],
          [122, 31],
          [122, 32],
          [121, 32],
          [121, 31],
        ],
      ],
    ];
    const middle = middleOf(square);
    expect(middle).toEqual({ lon: 121.5, lat: 31.5 });
    const rows = [caseRow(aCase('a', { place: 'p' })), caseRow(aCase('b', { place: 'unknown' }))];
    const { marks } = gather(rows, [], [], new Map([['p', middle ?? there]]));
    expect(marks).toMatchObject([{ key: 'case:a', lon: 121.5, lat: 31.5 }]);
    expect(middleOf([])).toBeNull();
  });

  test('only an unacknowledged level 1 flashes', () => {
    const seen = { acknowledgedBy: { kind: 'operator', name: 'wang' } };
    const rows = [
      caseRow(aCase('a', { ...there, severity: 1 })),
      caseRow(aCase('b', { ...there, severity: 1, ...seen })),
      caseRow(aCase('c', { ...there, severity: 2 })),
    ];
    const flashing = gather(rows, [], []).marks.filter((mark) => mark.flashing);
    expect(flashing.map(({ key }) => key)).toEqual(['case:a']);
  });
});
