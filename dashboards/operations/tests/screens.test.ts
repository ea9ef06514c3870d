// The pure parts of the screens beside the console: addresses, forms, signs, counts, safe text.

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { shownSafely } from '../src/admin/bytes';
import { CASE_STATUSES, readListFilter, writeListFilter } from '../src/archive/filter';
import { fetchPages, type PageOf } from '../src/archive/usePages';
import { placeChoices } from '../src/kinds/choices';
import { type Field, fieldNamed, readFields } from '../src/kinds/fields';
import { openingOf } from '../src/kinds/opening';
import type { LiveSource, LiveUnit } from '../src/live/protocol';
import { SEVERITIES } from '../src/severity/palette';
import { figure } from '../src/signs/figure';
import { alertRate, departmentSigns, gravestSign } from '../src/signs/signs';
import { spark, tendency } from '../src/signs/spark';
import { UNIT_STATES, unitTable } from '../src/wall/unitTable';
import { anAlert } from './samples';

vi.stubGlobal('location', { pathname: '/', search: '' });
const { casePath, readRoute } = await import('../src/route/route');

describe('an address', () => {
  test.each([
    ['/', 'console'],
    ['/wall', 'wall'],
    ['/wall/', 'wall'],
    ['/wall/map', 'wall'],
    ['/wall/nothing', 'lost'],
    ['/cases', 'cases'],
    ['/cases/new', 'newCase'],
    ['/constructor', 'lost'],
    ['/cases/%E0%A4%A', 'lost'],
    ['/cases/a/b', 'lost'],
  ])('%s names the screen %s', (path, screen) => {
    expect(readRoute(path, '').screen).toBe(screen);
  });

  test('of a case leads back to the same case, whatever its id', () => {
    const id = fc.string({ minLength: 1 }).filter((text) => text !== 'new');
    fc.assert(
      fc.property(id, (text) => {
        const path = casePath(text);
        // A browser would resolve these two; no id is one of them.
        fc.pre(!/^\/cases\/\.{1,2}$/.test(path));
        expect(readRoute(path, '')).toMatchObject({ screen: 'case', id: text });
      }),
    );
  });

  test('of a list reads back as the filter that was written, and keeps the rest', () => {
    const filter = fc.record({
      text: fc.string(),
      kind: fc.option(fc.string({ minLength: 1 })),
      status: fc.option(fc.constantFrom(...CASE_STATUSES)),
      severity: fc.option(fc.constantFrom(...SEVERITIES)),
      department: fc.option(fc.string({ minLength: 1 })),
      escalated: fc.boolean(),
    });
    fc.assert(
      fc.property(filter, (wanted) => {
        const query = writeListFilter(wanted, '?lang=en&q=old&status=CLOSED');
        expect(readListFilter(`?${query}`)).toEqual(wanted);
        expect(query.get('lang')).toBe('en');
      }),
    );
  });
});

const field = (kind: Field['kind'], required = false): Field => ({
  name: 'it',
  kind,
  required,
  titles: { zh: '它', en: 'It' },
});

describe('a form', () => {
  test.each([
    ['TEXT', '  words ', 'words'],
    ['LEVEL', '2', 2],
    ['FLAG', 'true', true],
    ['FLAG', 'false', false],
    ['NUMBER', '１２．５', 12.5],
    ['NUMBER', '1,200', 1200],
    ['TIME', '2026-11-24T10:00:00+08:00', '2026-11-24T02:00:00.000Z'],
    ['CHOICE', 'elder', 'elder'],
  ] as const)('reads %s from %j', (kind, text, value) => {
    expect(readFields([field(kind)], { it: text })).toEqual({ values: { it: value }, faults: {} });
  });

  test.each([
    ['TEXT', '字'.repeat(2_001), 'tooLong'],
    ['LEVEL', '5', 'noLevel'],
    ['NUMBER', 'two', 'noNumber'],
    ['TIME', 'soon', 'noTime'],
  ] as const)('tells what is wrong with %s', (kind, text, fault) => {
    expect(readFields([field(kind)], { it: text })).toEqual({ values: {}, faults: { it: fault } });
  });

  test('misses only what is required, and sends nothing for what was left empty', () => {
    const fields = [field('TEXT', true), { ...field('NUMBER'), name: 'other' }];
    expect(readFields(fields, { it: ' ', other: '' })).toEqual({
      values: {},
      faults: { it: 'required' },
    });
  });

  test('finds the field that a refusal names, in either language', () => {
    const fields = [{ ...field('TEXT'), name: 'note', titles: { zh: '说明', en: 'Note' } }];
    expect(fieldNamed('请填写“说明”', fields)).toBe('note');
    expect(fieldNamed("'Note' (note) is required", fields)).toBe('note');
    expect(fieldNamed('Not in this state.', fields)).toBeNull();
  });

  test('opens a case with what all cases share apart from what only this kind has', () => {
    const values = { title: 'A radio', level: 4, lon: 118.1, lat: 24.4, wisher: 'elder' };
    expect(openingOf(values)).toEqual({
      title: 'A radio',
      level: 4,
      location: { lon: 118.1, lat: 24.4 },
      fields: { wisher: 'elder' },
    });
    // Half a point is for the hub to object to, not for us to lose.
    const half = { title: 'x', level: 4, fields: { lon: 1 } };
    expect(openingOf({ title: 'x', lon: 1 })).toEqual(half);
  });

  test('lists every place before those within it', () => {
    const names = new Map(['1', '11', '12', '111'].map((code) => [code, { zh: code, en: code }]));
    const parents = new Map([
      ['11', '1'],
      ['12', '1'],
      ['111', '11'],
    ]);
    const listed = placeChoices(names, parents).map(({ value, depth }) => [value, depth]);
    expect(listed).toEqual([
      ['1', 0],
      ['11', 1],
      ['111', 2],
      ['12', 1],
    ]);
  });
});

describe('vital signs', () => {
  const source = (part: Partial<LiveSource>): LiveSource => ({
    id: 'fire',
    department: 'fire',
    state: 'silent',
    lastEventAt: '2026-11-24T00:00:00Z',
    ...part,
  });

  test('a department that the hub has not read on is behind, never silent', () => {
    expect(departmentSigns([source({})])[0]?.state).toBe('silent');
    expect(departmentSigns([source({ behind: true })])[0]?.state).toBe('behind');
    expect(departmentSigns([source({ lastEventAt: null })])[0]?.state).toBe('never');
    const mixed = [source({ state: 'dead' }), source({ id: 'two', behind: true })];
    expect(departmentSigns(mixed)[0]?.state).toBe('behind');
  });

  test('the gravest sign is shown; among equals the first of the catalog', () => {
    const sign = (id: string, state: 'NORMAL' | 'BAD' | 'WATCH' | 'UNKNOWN') => ({ id, state });
    expect(gravestSign([sign('a', 'NORMAL'), sign('b', 'BAD'), sign('c', 'BAD')])?.id).toBe('b');
    expect(gravestSign([])).toBeNull();
  });

  test('the alarm rate counts ten minutes and nothing from the future', () => {
    const now = Date.parse('2026-11-24T10:00:00Z');
    const at = (ms: number) => anAlert('a', { raisedAt: new Date(now + ms).toISOString() });
    const bands = (n: number) =>
      alertRate(
        Array.from({ length: n }, () => at(-1)),
        now,
      ).band;
    expect(alertRate([at(-600_000), at(-599_999), at(0), at(1)], now).n).toBe(2);
    expect([0, 1, 2, 9, 10].map(bands)).toEqual(['steady', 'steady', 'busy', 'high', 'flood']);
  });

  test('a line stays in its box, breaks where nothing was measured, and shows a near target', () => {
    const box = { width: 64, height: 20 };
    const value = fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), value, (values, target) => {
        const line = spark(
          values.map((one) => ({ value: one })),
          target,
          box,
        );
        const numbers = [...line.path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)];
        expect(numbers.length).toBe(values.filter((one) => one !== null).length);
        for (const [, x, y] of numbers) {
          expect(Number(x) >= 0 && Number(x) <= 64 && Number(y) >= 0 && Number(y) <= 20).toBe(true);
        }
        if (line.target !== null) expect(line.target >= 0 && line.target <= 20).toBe(true);
      }),
    );
    const broken = spark([{ value: 1 }, { value: null }, { value: 2 }], 1.5, box);
    expect(broken.path.match(/M/g)).toHaveLength(2);
    expect(broken.target).not.toBeNull();
    expect(spark([{ value: 1 }], 1_000, box).target).toBeNull();
  });

  test('a trend is told only when there is one', () => {
    const points = (values: number[]) => values.map((value) => ({ value }));
    expect(tendency(points([1, 2, 3, 4, 5, 6, 7, 8]))).toBe('rising');
    expect(tendency(points([8, 7, 6, 5, 4, 3, 2, 1]))).toBe('falling');
    expect(tendency(points([5, 5, 5, 5]))).toBe('steady');
    expect(tendency(points([5]))).toBe('none');
  });

  test('figures have as many digits as mean something', () => {
    expect(figure(12_480.4, 'en')).toBe('12,480');
    expect(figure(3.25, 'en')).toBe('3.3');
    expect(figure(0.046, 'zh')).toBe('0.05');
  });
});

test('units are counted once each, and an unknown state miscounts nobody', () => {
  const unit = (state: string, department = 'fire') =>
    ({ state, department }) as unknown as LiveUnit;
  const [fire] = unitTable([unit('AVAILABLE'), unit('ON_SCENE'), unit('ORBITING')]);
  expect(fire).toMatchObject({ department: 'fire', all: 2 });
  const state = fc.constantFrom(...UNIT_STATES);
  fc.assert(
    fc.property(fc.array(fc.tuple(state, fc.constantFrom('a', 'b'))), (units) => {
      const lines = unitTable(units.map(([one, department]) => unit(one, department)));
      expect(lines.reduce((sum, { all }) => sum + all, 0)).toBe(units.length);
    }),
  );
});

test('pages are asked for one after the other, and a failure is told', async () => {
  const page = (after: string | null): PageOf<number> => {
    const n = Number(after ?? 0);
    return { nodes: [n, n + 1], end: String(n + 2), more: n < 4 };
  };
  const all = await fetchPages(async (after) => ({ ok: true, data: page(after) }), 9);
  expect(all).toMatchObject({ ok: true, data: { nodes: [0, 1, 2, 3, 4, 5], more: false } });
  const failed = await fetchPages(
    async (after) => (after ? { ok: false, reason: 'gone' } : { ok: true, data: page(null) }),
    2,
  );
  expect(failed).toEqual({ ok: false, reason: 'gone' });
});

test('what could fool the eye is shown by its number; honest text in any script is left alone', () => {
  expect(shownSafely('a\u202egnp.exe\u0007\u200b')).toBe('a⟨202E⟩gnp.exe⟨0007⟩⟨200B⟩');
  const honest = '{"标题": "管网压力异常",\n\t"n": 1}';
  expect(shownSafely(honest)).toBe(honest);
});
