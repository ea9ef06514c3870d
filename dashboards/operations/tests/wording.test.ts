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

/** Files of the console with these endings, with their text. */
function sources(...endings: string[]): [file: string, text: string][] {
  const source = new URL('../src/', import.meta.url);
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .map((file) => [file, readFileSync(new URL(file, source), 'utf8')]);
}

/** Made from the dialog's name. */
const DIALOG_TITLES = new Set(
  ['resolve', 'verify', 'close', 'note'].map((name) => `dialog.${name}Title`),
);

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

  test('no wording is left over: each key is used, in full or by its family', () => {
    const code = sources('.ts', '.tsx')
      .filter(([file]) => !/^i18n.(screens\.)?(zh|en)\.ts$/.test(file))
      .map(([, text]) => text)
      .join('\n');
    const unused = chinese
      .map(([key]) => key)
      .filter(
        (key) => !code.includes(`'${key}'`) && !code.includes(`\`${key.replace(/[^.]+$/, '')}\${`),
      );
    expect(unused.filter((key) => !DIALOG_TITLES.has(key))).toEqual([]);
  });

  test('no component carries wording of its own', () => {
    for (const [file, whole] of sources('.tsx')) {
      const text = whole.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
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
