// The console's two languages, switched at run time without losing anything on the screen.

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Text } from '../live/protocol';
import { en } from './en';
import { zh } from './zh';

export type Language = 'zh' | 'en';

const REMEMBERED = 'city-brain.language';

export const isLanguage = (value: unknown): value is Language => value === 'zh' || value === 'en';

/** The address wins, then the last choice, then the browser's language. */
export function firstLanguage(fromAddress: string | null): Language {
  if (isLanguage(fromAddress)) return fromAddress;
  const remembered = localStorage.getItem(REMEMBERED);
  if (isLanguage(remembered)) return remembered;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export async function startLanguage(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  applyLanguage(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(REMEMBERED, language);
  await i18next.changeLanguage(language);
  applyLanguage(language);
}

function applyLanguage(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** One of the two texts; the other where one is empty. */
export function say(text: Text | null | undefined, language: string): string {
  if (!text) return '';
  return language.startsWith('zh') ? text.zh || text.en : text.en || text.zh;
}
