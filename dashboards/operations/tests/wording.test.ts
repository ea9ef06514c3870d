// The two languages say the same things, and no wording hides in the components.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

type Leaf = readonly [key: string, text: string];

const leaves = (messages: object, path = ''): Leaf[] =>
  Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as const]
      : leaves(value, `${path}${key}.`),
  );
const slots = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

const chinese = leaves(zh);
const english = new Map(leaves(en));

describe('the wording', () => {
  test('both languages have the same keys, and none is empty', () => {
    expect([...english.keys()].sort()).toEqual(chinese.map(([key]) => key).sort());
    for (const text of [...english.values(), ...chinese.map(([, text]) => text)]) {
      expect(text.trim()).not.toBe('');
    }
  });

  test('both languages fill in the same values', () => {
    for (const [key, text] of chinese)
      expect([key, slots(english.get(key) ?? '')]).toEqual([key, slots(text)]);
  });

  test('English holds no Chinese but the name of the other language', () => {
    const mixed = [...english]
      .filter(([, text]) => /\p{Script=Han}/u.test(text))
      .map(([key]) => key);
    expect(mixed).toEqual(['language.switch']);
  });

  test('no component carries wording of its own', () => {
    const source = new URL('../src/', import.meta.url);
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.tsx'))) {
      const text = readFileSync(new URL(file, source), 'utf8').replace(
        /\/\/.*|\/\*[\s\S]*?\*\//g,
        '',
      );
      expect([file, /\p{Script=Han}/u.test(text)]).toEqual([file, false]);
      // Text between tags that holds a word of three letters or more, keys apart.
      const words = [...text.matchAll(/>\s*([A-Za-z][A-Za-z ]{2,})\s*</g)].map(([, word]) => word);
      expect([file, words.filter((word) => !['Esc', 'Enter'].includes(word ?? ''))]).toEqual([
        file,
        [],
      ]);
    }
  });
});
