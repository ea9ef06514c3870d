// Filters and saved views: what passes, what the address keeps, what is chosen together.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Severity } from '../src/live/protocol';
import { show } from '../src/queue/freeze';
import { alertRow, caseRow } from '../src/queue/rows';
import { SEVERITIES } from '../src/severity/palette';
import {
  type Address,
  QUEUE_STATUSES,
  REACHES,
  readAddress,
  writeAddress,
} from '../src/view/address';
import {
  ALERT_KIND,
  EVERYTHING,
  type Filter,
  narrowings,
  passes,
  within,
} from '../src/view/filter';
import { readSaved, SAVED_MAX, STANDING, sameFilter, writeSaved } from '../src/view/saved';
import { all, extended, NONE, spanned, toggled } from '../src/view/selection';
import { treeOf } from '../src/view/tree';
import { aCase, anAlert } from './samples';

const words = fc
  .array(fc.string({ minLength: 1 }), { maxLength: 3 })
  .map((list) => [...new Set(list)]);

const someFilter: fc.Arbitrary<Filter> = fc.record({
  text: fc.string(),
  severities: fc.subarray([...SEVERITIES]) as fc.Arbitrary<Severity[]>,
  departments: words,
  places: words,
  statuses: fc.subarray([...QUEUE_STATUSES]),
  kinds: words,
  mine: fc.boolean(),
  unseen: fc.boolean(),
  escalated: fc.boolean(),
  span: fc.option(
    fc
      .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e9 }))
      .map(([from, long]) => ({ from, to: from + long })),
  ),
});

describe('the address', () => {
  test('reads back as written, whatever the view', () => {
    const address: fc.Arbitrary<Address> = fc.record({
      language: fc.constantFrom('zh', 'en', null),
      selected: fc.option(
        fc
          .tuple(fc.constantFrom('case', 'alert'), fc.string({ minLength: 1 }))
          .map((p) => p.join(':')),
      ),
      filter: someFilter,
      named: fc.option(fc.string({ minLength: 1 })),
      reach: fc.constantFrom(...REACHES),
      map: fc.option(
        fc.record({
          lon: fc.integer({ min: -18_000_000, max: 18_000_000 }).map((n) => n / 100_000),
          lat: fc.integer({ min: -8_000_000, max: 8_000_000 }).map((n) => n / 100_000),
          zoom: fc.integer({ min: 0, max: 1900 }).map((n) => n / 100),
        }),
      ),
    });
    fc.assert(
      fc.property(address, (one) => {
        // A line break cannot stand in a key; such a selection is none.
        const selected =
          one.selected && /^(case|alert):.+/.test(one.selected) ? one.selected : null;
        expect(readAddress(writeAddress(one))).toEqual({ ...one, selected });
      }),
    );
  });

  test('nonsense in the address is no view', () => {
    const search = '?lang=fr&sel=rm&map=1,2&sev=&status=DONE&span=now/then&reach=year&dep=';
    expect(readAddress(search)).toEqual({
      language: null,
      selected: null,
      filter: { ...EVERYTHING, severities: [] },
      named: null,
      reach: 'hour',
      map: null,
    });
  });

  test('what others have written into the address stays', () => {
    const bare = readAddress('');
    expect(writeAddress(bare, '?q=old&trace=7')).toBe('?trace=7');
    expect(writeAddress(bare, '')).toBe('');
  });
});

describe('the filter', () => {
  const around = {
    operator: 'wang',
    parents: new Map([
      ['community', 'street'],
      ['street', 'district'],
    ]),
    placeNames: new Map([['community', { zh: '听涛社区', en: 'Tingtao Community' }]]),
  };
  const mine = { acknowledgedBy: { kind: 'operator', name: 'wang' } };
  const row = caseRow(
    aCase('7', { severity: 2, place: 'community', responsible: 'fire', kind: 'city', ...mine }),
  );
  const free = alertRow(anAlert('a', { departments: ['power', 'roads'] }));
  const lets = (part: Partial<Filter>, which = row) =>
    passes(which, { ...EVERYTHING, ...part }, around);

  test('lets everything through that no part objects to', () => {
    expect([lets({}), lets({}, free)]).toEqual([true, true]);
    expect(narrowings(EVERYTHING)).toBe(0);
  });

  test('severity, department, stage and kind are each any of a list', () => {
    expect([lets({ severities: [1, 2] }), lets({ severities: [1] })]).toEqual([true, false]);
    expect([lets({ departments: ['power', 'fire'] }), lets({ departments: ['power'] })]).toEqual([
      true,
      false,
    ]);
    expect(lets({ departments: ['roads'] }, free)).toBe(true);
    expect([lets({ statuses: ['REPORTED'] }), lets({ statuses: ['VERIFYING'] })]).toEqual([
      true,
      false,
    ]);
    expect(lets({ statuses: ['REPORTED'] }, free)).toBe(false);
    expect([lets({ kinds: ['city'] }), lets({ kinds: ['micro-wish'] })]).toEqual([true, false]);
    expect(lets({ kinds: [ALERT_KIND] }, free)).toBe(true);
  });

  test('a place counts with everything below it', () => {
    expect(lets({ places: ['district'] })).toBe(true);
    expect(lets({ places: ['elsewhere'] })).toBe(false);
    expect(lets({ places: ['district'] }, free)).toBe(false);
    const loop = new Map([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(within('a', ['c'], loop)).toBe(false);
  });

  test('mine is what I have acknowledged; unseen is what nobody has', () => {
    expect([lets({ mine: true }), lets({ mine: true }, free)]).toEqual([true, false]);
    expect([lets({ unseen: true }), lets({ unseen: true }, free)]).toEqual([false, true]);
    expect(passes(row, { ...EVERYTHING, mine: true }, { ...around, operator: null })).toBe(false);
  });

  test('supervisor called is what was escalated, never an alert without a case', () => {
    const called = caseRow(aCase('8', { escalation: 1 }));
    const never = caseRow(aCase('9', { escalation: 0 }));
    const through = [called, never, row, free].filter((one) => lets({ escalated: true }, one));
    expect(through).toEqual([called]);
    expect(narrowings({ ...EVERYTHING, escalated: true })).toBe(1);
    expect(readAddress('?esc=1').filter).toEqual({ ...EVERYTHING, escalated: true });
  });

  test('every word is looked for in both languages, number and place', () => {
    for (const text of ['积水', 'FLOOD', 'c-7', '听涛', 'tingtao flooding', ' '])
      expect([text, lets({ text })]).toEqual([text, true]);
    expect(lets({ text: 'flooding elsewhere' })).toBe(false);
  });

  test('a stretch of time holds what began in it, its end not included', () => {
    expect(lets({ span: { from: row.at, to: row.at + 1 } })).toBe(true);
    expect(lets({ span: { from: row.at - 9, to: row.at } })).toBe(false);
  });
});

describe('saved views', () => {
  test('read back as they were kept, so many and no more', () => {
    const views = fc.array(fc.record({ name: fc.string({ minLength: 1 }), filter: someFilter }), {
      maxLength: SAVED_MAX,
    });
    fc.assert(
      fc.property(views, (list) => {
        expect(readSaved(writeSaved(list))).toEqual(list);
      }),
    );
    const many = Array.from({ length: 30 }, (_, n) => ({ name: `v${n}`, filter: EVERYTHING }));
    expect(readSaved(writeSaved(many))).toHaveLength(SAVED_MAX);
  });

  test('nonsense that was kept is no view', () => {
    for (const text of [null, '', '{', '{}', '[1,{"name":""}]'])
      expect(readSaved(text)).toEqual([]);
  });

  test('the order in which parts were chosen makes no other view', () => {
    const a = { ...EVERYTHING, departments: ['fire', 'power'] };
    expect(sameFilter(a, { ...a, departments: ['power', 'fire'] })).toBe(true);
    expect(sameFilter(a, EVERYTHING)).toBe(false);
    expect(sameFilter(STANDING.grave, STANDING.unseen)).toBe(false);
  });
});

describe('choosing together', () => {
  const rows = show(
    null,
    false,
    ['a', 'b', 'c', 'd'].map((id) => caseRow(aCase(id))),
  ).rows;
  const sorted = (chosen: ReadonlySet<string>) =>
    [...chosen]
      .map((key) => key.slice(5))
      .sort()
      .join('');

  test('x takes up and gives up', () => {
    expect(sorted(toggled(NONE, 'case:a'))).toBe('a');
    expect(sorted(toggled(new Set(['case:a']), 'case:a'))).toBe('');
  });

  test('a step with shift takes the row left and the row reached; back gives up again', () => {
    let now = extended(rows, NONE, 'case:b', 1);
    expect([sorted(now.chosen), now.cursor]).toEqual(['bc', 'case:c']);
    now = extended(rows, now.chosen, now.cursor, 1);
    expect(sorted(now.chosen)).toBe('bcd');
    now = extended(rows, now.chosen, now.cursor, -1);
    expect([sorted(now.chosen), now.cursor]).toEqual(['bc', 'case:c']);
    expect(sorted(extended(rows, NONE, null, 1).chosen)).toBe('a');
    expect(extended([], NONE, null, 1)).toEqual({ chosen: NONE, cursor: null });
  });

  test('at the end of the list nothing is lost', () => {
    const now = extended(rows, new Set(['case:c', 'case:d']), 'case:d', 1);
    expect(sorted(now.chosen)).toBe('cd');
  });

  test('a click with shift takes everything between', () => {
    expect(sorted(spanned(rows, NONE, 'case:d', 'case:b'))).toBe('bcd');
    expect(sorted(spanned(rows, NONE, null, 'case:b'))).toBe('b');
  });

  test('all, and once more none', () => {
    const keys = rows.map(({ row }) => row.key);
    expect(sorted(all(keys, new Set(['case:a'])))).toBe('abcd');
    expect(all(keys, new Set(keys))).toBe(NONE);
    expect(all([], NONE).size).toBe(0);
  });
});

test('places stand below their parents; one whose parent is unknown stands at the root', () => {
  const parents = new Map([
    ['2', '1'],
    ['3', '2'],
    ['5', 'gone'],
  ]);
  expect(treeOf(['3', '5', '2', '1'], parents)).toEqual([
    ['1', 0],
    ['2', 1],
    ['3', 2],
    ['5', 0],
  ]);
});
