// Names inside words that came from elsewhere. A department writes its addresses in one language, and
// a command's fields hold codes: what has a known name is shown by it, the rest stays as it was written.

import { say } from '../i18n/language';
import type { Text } from '../live/protocol';

const HAN = /\p{Script=Han}/u;

/** English words in which Chinese names are left: those that are known, by their English ones. */
export function withEnglishNames(words: string, english: ReadonlyMap<string, string>): string {
  if (!HAN.test(words)) return words;
  let rest = words;
  // The longest first: a road may be named after the village within its name.
  const found = [...english].filter(([zh, en]) => zh !== en && rest.includes(zh));
  found.sort(([a], [b]) => b.length - a.length);
  for (const [zh, en] of found) rest = rest.replaceAll(zh, ` ${en} `);
  return rest
    .replace(/\s+/g, ' ')
    .replace(/ (?=[:;,.])/g, '')
    .trim();
}

/** A title in the language of the screen. */
export function sayNamed(
  text: Text,
  language: string,
  english: ReadonlyMap<string, string>,
): string {
  const said = say(text, language);
  return language.startsWith('zh') ? said : withEnglishNames(said, english);
}

/** Words of a decision, with the places among its fields named instead of numbered. */
export function sayDecision(
  { words, fields }: { words: Text; fields: unknown },
  language: string,
  places: ReadonlyMap<string, Text>,
): string {
  let said = say(words, language);
  for (const value of Object.values((fields ?? {}) as Record<string, unknown>)) {
    const name = typeof value === 'string' ? say(places.get(value), language) : '';
    if (name !== '') said = said.replaceAll(String(value), name);
  }
  return said;
}
