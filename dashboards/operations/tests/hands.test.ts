// What the hands do with cases: taking orders back, acknowledging many, choosing a unit, finding by name.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batches, counts, sortOut, withOutcomes } from '../src/command/bulk';
import { DRAFTS_MAX, draftOf, keepDraft } from '../src/command/drafts';
import { found, proposals } from '../src/command/proposals';
import { type Given, OFFERED_MAX, stillOffered, UNDO_MS, withGiven } from '../src/command/undo';
import { listInView } from '../src/map/inView';
import { type Entry, SHOWN_MAX, search } from '../src/palette/entries';
import { alertRow, caseRow } from '../src/queue/rows';
import { aCase, anAlert, aUnit, NOW } from './samples';

describe('undo', () => {
  const given = (caseId: string, at = NOW): Given => ({
    caseId,
    caseNumber: caseId,
    command: 'acknowledgeCase',
    until: at + UNDO_MS,
  });
  const ids = (list: readonly Given[]) => list.map(({ caseId }) => caseId).join('');

  test('is offered for five seconds and not a moment longer', () => {
    expect(ids(stillOffered([given('a')], NOW + UNDO_MS - 1))).toBe('a');
    expect(stillOffered([given('a')], NOW + UNDO_MS)).toEqual([]);
  });

  test('a later order about the same case takes the place of the earlier', () => {
    const list = withGiven([given('a'), given('b')], given('a', NOW + 1), NOW + 1);
    expect(ids(list)).toBe('ba');
  });

  test('few are offered at once, the newest last', () => {
    const all = ['a', 'b', 'c', 'd'].reduce<Given[]>(
      (list, id) => withGiven(list, given(id), NOW),
      [],
    );
    expect(ids(all)).toBe('bcd');
    expect(all).toHaveLength(OFFERED_MAX);
  });
});

describe('acknowledging many', () => {
  const seen = { acknowledgedBy: { kind: 'operator', name: 'li' } };
  const rows = [
    caseRow(aCase('a', { version: 3 })),
    caseRow(aCase('b', seen)),
    caseRow(aCase('c')),
    alertRow(anAlert('x')),
  ];

  test('is about the chosen cases that nobody has; the rest is told apart', () => {
    const chosen = new Set(['case:a', 'case:b', 'alert:x', 'case:gone']);
    const { items, seen: had, alerts } = sortOut(rows, chosen);
    expect(items).toMatchObject([{ caseId: 'a', expectedVersion: 3, number: 'C-a' }]);
    expect([had, alerts]).toEqual([1, 1]);
  });

  test('goes in orders of at most so many, none lost', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, most) => {
        const cut = batches(items, most);
        expect(cut.flat()).toEqual(items);
        expect(cut.every((batch) => batch.length > 0 && batch.length <= most)).toBe(true);
      }),
    );
  });

  test('each item has its own outcome; silence about one decides nothing', () => {
    const { items } = sortOut(rows, new Set(['case:a', 'case:c']));
    const winner = { kind: 'operator', name: 'li' };
    const told = withOutcomes(
      items,
      [{ outcome: 'conflict', message: 'too late', winner }],
      'no answer',
    );
    expect(told.map(({ outcome, message }) => [outcome, message])).toEqual([
      ['conflict', 'too late'],
      ['undecided', 'no answer'],
    ]);
    expect(counts(told)).toEqual({ accepted: 0, conflict: 1, refused: 0, undecided: 1 });
  });
});

describe('proposals', () => {
  const scene = { lon: 121.5, lat: 31, suggestedUnit: 'pump', responsible: 'fire' };
  const units = [
    aUnit('far-pump', { kind: 'pump', lon: 121.9 }),
    aUnit('near-engine', { lon: 121.501 }),
    aUnit('near-pump', { kind: 'pump', lon: 121.52 }),
    aUnit('lost', { lon: null, lat: null }),
    aUnit('busy-pump', { kind: 'pump', state: 'ON_SCENE' }),
    aUnit('back-pump', { kind: 'pump', state: 'RETURNING', lon: 122 }),
    aUnit('off', { state: 'OUT_OF_SERVICE' }),
  ];
  const ids = (list: readonly { unit: { id: string } }[]) => list.map(({ unit }) => unit.id);

  test('free before busy, the proposed kind before others, then the nearest', () => {
    expect(ids(proposals(units, scene))).toEqual([
      'near-pump',
      'far-pump',
      'near-engine',
      'lost',
      'back-pump',
      'busy-pump',
      'off',
    ]);
  });

  test('the order is total: any order of the units gives the same proposals', () => {
    const some = fc.shuffledSubarray(units, { minLength: units.length });
    fc.assert(
      fc.property(some, (mixed) => {
        expect(ids(proposals(mixed, scene))).toEqual(ids(proposals(units, scene)));
      }),
    );
  });

  test('distance is in metres, and unknown where either place is', () => {
    const [nearest] = proposals([aUnit('a', { lon: 121.5, lat: 31.01 })], scene);
    expect(nearest?.metres).toBeCloseTo(1_112, -1);
    expect(proposals(units, { ...scene, lon: null })[0]?.metres).toBeNull();
  });

  test('typing narrows by any of the words of a unit', () => {
    const list = proposals(units, scene);
    const words = (unit: { id: string; kind: string }) => [unit.id, unit.kind];
    expect(ids(found(list, ' PUMP ', words))).toEqual([
      'near-pump',
      'far-pump',
      'back-pump',
      'busy-pump',
    ]);
    expect(found(list, '', words)).toHaveLength(units.length);
  });
});

describe('drafts', () => {
  test('come back for the same case and purpose, until sent', () => {
    keepDraft('a', 'note', 'half a sent');
    expect([draftOf('a', 'note'), draftOf('a', 'resolve'), draftOf('b', 'note')]).toEqual([
      'half a sent',
      '',
      '',
    ]);
    keepDraft('a', 'note', '  ');
    expect(draftOf('a', 'note')).toBe('');
  });

  test('the oldest is forgotten when there are too many', () => {
    for (let n = 0; n <= DRAFTS_MAX; n += 1) keepDraft(`c${n}`, 'note', 'words');
    expect([draftOf('c0', 'note'), draftOf('c1', 'note')]).toEqual(['', 'words']);
  });
});

describe('the palette', () => {
  const entry = (label: string, group: Entry['group'] = 'action', ...also: string[]): Entry => ({
    id: label,
    group,
    label,
    also,
    beside: '',
    run: () => undefined,
  });
  const labels = (entries: readonly Entry[], text: string) =>
    search(entries, text).map(({ label }) => label);

  test('finds by either language, every word, best fit first', () => {
    const entries = [
      entry('Whole city', 'action', '显示全市'),
      entry('City fire', 'case', 'C-0007'),
      entry('Acknowledge', 'action', '确认'),
    ];
    expect(labels(entries, 'city')).toEqual(['City fire', 'Whole city']);
    expect(labels(entries, '确认')).toEqual(['Acknowledge']);
    expect(labels(entries, 'fire 0007')).toEqual(['City fire']);
    expect(labels(entries, 'fire 0008')).toEqual([]);
  });

  test('without words places stay away, and no list is endless', () => {
    const many = Array.from({ length: 40 }, (_, n) => entry(`place ${n}`, 'place'));
    expect(labels(many, '')).toEqual([]);
    expect(labels(many, 'place')).toHaveLength(SHOWN_MAX);
  });
});

describe('the map as a list', () => {
  const bounds = { west: 121, south: 30, east: 122, north: 32 };
  const entity = (id: string, lon: number, level: 1 | null) => ({
    id,
    type: 't',
    department: 'fire',
    title: { zh: id, en: id },
    level,
    lon,
    lat: 31,
    time: '',
    ended: false,
  });
  const sources = {
    rows: [
      caseRow(aCase('in', { lon: 121.5, lat: 31 })),
      caseRow(aCase('out', { lon: 125, lat: 31 })),
      caseRow(aCase('middle', { place: 'p' })),
      caseRow(aCase('nowhere')),
    ],
    units: [aUnit('u2'), aUnit('u1'), aUnit('off', { state: 'OUT_OF_SERVICE' })],
    entities: [entity('bad', 121.5, 1), entity('quiet', 121.6, null), entity('far', 10, null)],
    middles: new Map([['p', { lon: 121.2, lat: 31 }]]),
  };

  test('holds what is in view and counts what it does not name', () => {
    const list = listInView(sources, bounds);
    expect(list.rows.map(({ key }) => key)).toEqual(['case:in', 'case:middle']);
    expect(list.units.map(({ id }) => id)).toEqual(['u1', 'u2']);
    expect(list.things.map(({ id }) => id)).toEqual(['bad']);
    expect([list.quiet, list.unplaced]).toEqual([1, 1]);
  });

  test('without bounds everything with a place is in view', () => {
    expect(listInView(sources, null).rows).toHaveLength(3);
  });
});
