// The palette: readable on every surface, told apart by every kind of eye, the same in CSS and canvas.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  DAY_MARK,
  INK,
  SEVERITIES,
  SEVERITY_COLOR,
  SEVERITY_SHAPE,
  SURFACE,
} from '../src/severity/palette';
import { contrast, deltaE2000, EYES, seenBy } from './colour';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');
const token = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6})`, 'i').exec(css)?.[1];

describe('the palette', () => {
  test('the measures are right: known pairs', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 3);
    expect(contrast('#FF5560', '#15181C')).toBeCloseTo(5.7, 1);
    // Sharma, Wu and Dalal (2005), first pair of their test data.
    expect(deltaE2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  });

  test('every level reaches 4.5:1 on every surface, and dark ink reaches it on every level', () => {
    for (const level of SEVERITIES) {
      for (const surface of Object.values(SURFACE)) {
        expect(contrast(SEVERITY_COLOR[level], surface)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(INK.onSeverity, SEVERITY_COLOR[level])).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('text reaches 4.5:1 on every surface', () => {
    for (const ink of [INK.text, INK.secondary, INK.tertiary, INK.accent, INK.normal]) {
      for (const surface of Object.values(SURFACE)) {
        expect(contrast(ink, surface)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test('borders of controls reach 3:1', () => {
    for (const surface of Object.values(SURFACE)) {
      expect(contrast(INK.control, surface)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(EYES)('levels and normal differ by at least 15 for %s eyes', (eyes) => {
    const colors = [...SEVERITIES.map((level) => SEVERITY_COLOR[level]), INK.normal];
    const seen = colors.map((color) => seenBy(eyes, color));
    for (const [n, one] of seen.entries()) {
      for (const other of seen.slice(n + 1)) expect(deltaE2000(one, other)).toBeGreaterThan(15);
    }
  });

  test('no two levels share a shape', () => {
    expect(new Set(Object.values(SEVERITY_SHAPE)).size).toBe(SEVERITIES.length);
  });

  test('the style sheet uses the same colours', () => {
    for (const level of SEVERITIES) {
      expect(token(`severity-${level}`)).toBe(SEVERITY_COLOR[level].toLowerCase());
    }
    const same: [string, string][] = [
      ['page', SURFACE.page],
      ['panel', SURFACE.panel],
      ['raised', SURFACE.raised],
      ['text', INK.text],
      ['secondary', INK.secondary],
      ['tertiary', INK.tertiary],
      ['accent', INK.accent],
      ['control', INK.control],
    ];
    for (const [name, color] of same) expect(token(name)).toBe(color.toLowerCase());
  });

  test('by day, words reach 4.5:1 on every surface and marks keep dark ink and their distance', () => {
    const day = css.slice(css.indexOf(':root[data-theme="day"]'));
    const tone = (name: string) =>
      new RegExp(`--${name}: (#[0-9a-f]{6})`, 'i').exec(day)?.[1] ?? '';
    const surfaces = ['page', 'panel', 'raised', 'hover', 'selected', 'order', 'primary'].map(tone);
    const words = ['text', 'secondary', 'tertiary', 'normal', 'accent', 'severity-1', 'severity-2'];
    for (const word of [...words, 'severity-3', 'severity-4']) {
      for (const surface of surfaces)
        expect([word, surface, contrast(tone(word), surface) >= 4.5]).toEqual([
          word,
          surface,
          true,
        ]);
    }
    for (const surface of surfaces.slice(0, 3)) {
      expect(contrast(tone('control'), surface)).toBeGreaterThanOrEqual(3);
      expect(contrast(tone('mark-edge'), surface)).toBeGreaterThanOrEqual(3);
    }
    for (const level of SEVERITIES) {
      expect(tone(`mark-${level}`)).toBe(DAY_MARK[level].toLowerCase());
      expect(contrast(INK.onSeverity, DAY_MARK[level])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tone('ink'), tone(`severity-${level}`))).toBeGreaterThanOrEqual(4.5);
    }
    for (const eyes of EYES) {
      const seen = SEVERITIES.map((level) => seenBy(eyes, DAY_MARK[level]));
      for (const [n, one] of seen.entries())
        for (const other of seen.slice(n + 1)) expect(deltaE2000(one, other)).toBeGreaterThan(11);
    }
  });
});
