// The queue: what is in it, in which order, and how it stands still under the operator's hand.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Severity } from '../src/live/protocol';
import { unknownAlerts } from '../src/queue/claims';
import { type Held, show, step, withoutDone } from '../src/queue/freeze';
import { caseRow, queueRows, type Row } from '../src/queue/rows';
import { aCase, anAlert, at } from './samples';

const keys = (rows: readonly { row: Row }[]) => rows.map(({ row }) => row.key);
const nothing = { taken: new Set<string>(), free: new Set<string>() };
const rowsOf = (...ids: string[]): Row[] => ids.map((id) => caseRow(aCase(id)));

describe('the rows', () => {
  test('gravest first, then unacknowledged, then newest', () => {
    const acknowledged = { acknowledgedBy: { kind: 'operator', name: 'wang' } };
    const rows = queueRows(
      [
        aCase('low', { severity: 4 }),
        aCase('seen', { severity: 1, ...acknowledged }),
        aCase('old', { severity: 1, openedAt: at(-9_000) }),
        aCase('new', { severity: 1, openedAt: at(-1_000) }),
      ],
      [],
      nothing,
    );
    expect(rows.map(({ key }) => key)).toEqual(['case:new', 'case:old', 'case:seen', 'case:low']);
  });

  test('closed and voided cases leave; an alert stands for itself only if no case has or had it', () => {
    const rows = queueRows(
      [aCase('open', { alerts: ['a'] }), aCase('done', { status: 'CLOSED', alerts: ['b'] })],
      [
        anAlert('a'),
        anAlert('b'),
        anAlert('free'),
        anAlert('over', { status: 'RESOLVED' }),
        anAlert('closed-long-ago'),
        anAlert('not-asked-yet'),
      ],
      { taken: new Set(['closed-long-ago']), free: new Set(['a', 'b', 'free', 'over']) },
    );
    expect(rows.map(({ key }) => key).sort()).toEqual(['alert:free', 'case:open']);
  });

  test('only firing alerts of which nothing is known are asked about', () => {
    const alerts = [
      anAlert('a'),
      anAlert('free'),
      anAlert('taken'),
      anAlert('over', { status: 'RESOLVED' }),
      anAlert('new'),
    ];
    const known = { taken: new Set(['taken']), free: new Set(['free']) };
    expect(unknownAlerts(alerts, [aCase('c', { alerts: ['a'] })], known)).toEqual(['new']);
  });

  test('the order is total: any order of arrival gives the same queue', () => {
    const cases = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1 }),
        severity: fc.constantFrom<Severity>(1, 2, 3, 4),
        age: fc.integer({ min: 0, max: 5 }),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(cases, (drawn) => {
        const made = drawn.map(({ id, severity, age }) =>
          aCase(id, { severity, openedAt: at(-age) }),
        );
        const there = queueRows(made, [], nothing).map(({ key }) => key);
        const back = queueRows([...made].reverse(), [], nothing).map(({ key }) => key);
        expect(back).toEqual(there);
      }),
    );
  });
});

describe('the freeze', () => {
  test('while frozen nothing moves, new rows wait, done rows stay and say so', () => {
    let held: Held = show(null, true, rowsOf('a', 'b', 'c')).held;
    const shown = show(held, true, rowsOf('new', 'c', 'a'));
    held = shown.held;
    expect(keys(shown.rows)).toEqual(['case:a', 'case:b', 'case:c']);
    expect(shown.rows.map(({ gone }) => gone)).toEqual([false, true, false]);
    expect(shown.fresh).toEqual(['case:new']);
    expect(keys(show(held, false, rowsOf('new', 'c', 'a')).rows)).toEqual([
      'case:new',
      'case:c',
      'case:a',
    ]);
  });

  test('a row changes in place, and a closed one shows what became of it', () => {
    const held = show(null, true, rowsOf('a', 'b')).held;
    const changed = caseRow(aCase('a', { version: 7 }));
    const closed = caseRow(aCase('b', { status: 'CLOSED' }));
    const shown = show(held, true, [changed], (key) => (key === 'case:b' ? closed : null));
    expect(shown.rows[0]?.row.case?.version).toBe(7);
    expect(shown.rows[1]).toEqual({ row: closed, gone: true });
  });

  test('no course of arrivals and departures moves a frozen row', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.array(ids), (first, course) => {
        let { held, rows } = show(null, true, rowsOf(...first));
        const order = keys(rows);
        for (const now of course) {
          const shown = show(held, true, rowsOf(...now));
          held = shown.held;
          rows = shown.rows;
          expect(keys(rows)).toEqual(order);
          expect([...shown.fresh].sort()).toEqual(
            now
              .filter((id) => !first.includes(id))
              .map((id) => `case:${id}`)
              .sort(),
          );
        }
      }),
    );
  });

  test('a selection made before any data came holds nothing back', () => {
    const before = show(null, true, []);
    const after = show(before.held, true, rowsOf('a', 'b'));
    expect(keys(after.rows)).toEqual(['case:a', 'case:b']);
    expect(after.fresh).toEqual([]);
  });

  test('moving on lets done rows go, but never the selected one', () => {
    const held = show(null, true, rowsOf('a', 'b', 'c')).held;
    const left = withoutDone(held, rowsOf('c'), 'case:b');
    expect(left?.map(({ key }) => key)).toEqual(['case:b', 'case:c']);
  });
});

describe('stepping', () => {
  const rows = show(null, false, rowsOf('a', 'b', 'c')).rows;

  test('goes by id and stops at the ends', () => {
    expect(step(rows, 'case:b', 1)).toBe('case:c');
    expect(step(rows, 'case:c', 1)).toBe('case:c');
    expect(step(rows, 'case:a', -1)).toBe('case:a');
  });

  test('begins at the top going down and at the end going up', () => {
    expect(step(rows, null, 1)).toBe('case:a');
    expect(step(rows, null, -1)).toBe('case:c');
    expect(step([], null, 1)).toBeNull();
  });
});
