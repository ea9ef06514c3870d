// Names in words that departments wrote and commands carried.

import { describe, expect, test } from 'vitest';
import { sayDecision, sayNamed, withEnglishNames } from '../src/view/translate';

const ENGLISH = new Map([
  ['石桥', 'Shiqiao'],
  ['石桥路', 'Shiqiao Road'],
  ['望江路', 'Wangjiang Road'],
]);

describe('words of elsewhere', () => {
  test('known names are English on an English screen, the longest first', () => {
    expect(withEnglishNames('石桥路: 30.3 km/h Free', ENGLISH)).toBe(
      'Shiqiao Road: 30.3 km/h Free',
    );
    expect(withEnglishNames('Structure fire 望江路 18 号', ENGLISH)).toBe(
      'Structure fire Wangjiang Road 18 号',
    );
  });

  test('a Chinese screen, and words without Chinese, are left alone', () => {
    const title = { zh: '石桥路：畅通', en: '石桥路: Free' };
    expect(sayNamed(title, 'zh', ENGLISH)).toBe('石桥路：畅通');
    expect(sayNamed(title, 'en', ENGLISH)).toBe('Shiqiao Road: Free');
    expect(withEnglishNames('Roads  closed', ENGLISH)).toBe('Roads  closed');
  });

  test("a decision's place has its name, and a note that holds a number keeps it", () => {
    const places = new Map([['990100001001', { zh: '江湾社区', en: 'Jiangwan Community' }]]);
    const words = { zh: '登记：990100001001', en: 'Opened: 990100001001' };
    const opened = { words, fields: { place: '990100001001', level: 3 } };
    expect(sayDecision(opened, 'en', places)).toBe('Opened: Jiangwan Community');
    expect(sayDecision(opened, 'zh', places)).toBe('登记：江湾社区');
    const note = { words, fields: { note: 'see 990100001001' } };
    expect(sayDecision(note, 'en', places)).toBe('Opened: 990100001001');
    expect(sayDecision({ words, fields: null }, 'en', places)).toBe(words.en);
  });
});
