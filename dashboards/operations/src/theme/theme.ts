// Dark for the night, day grey for a lit room; both from the same tokens. The choice is this
// machine's, not the account's: it goes with the room.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export const THEMES = ['dark', 'day', 'system'] as const;
export type ThemeChoice = (typeof THEMES)[number];
/** What is on the screen. */
export type Theme = 'dark' | 'day';

const REMEMBERED = 'city-brain.theme';
const LIGHT = '(prefers-color-scheme: light)';

export const isThemeChoice = (value: unknown): value is ThemeChoice =>
  THEMES.includes(value as ThemeChoice);

export const shownTheme = (choice: ThemeChoice, roomIsLight: boolean): Theme =>
  choice === 'system' ? (roomIsLight ? 'day' : 'dark') : choice;

function remembered(): ThemeChoice {
  const value = localStorage.getItem(REMEMBERED);
  return isThemeChoice(value) ? value : 'dark';
}

export const theme = createStore<{ choice: ThemeChoice; shown: Theme }>()(() => {
  const choice = remembered();
  return { choice, shown: shownTheme(choice, matchMedia(LIGHT).matches) };
});

export const useTheme = () => useStore(theme);

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(REMEMBERED, choice);
  show(choice);
}

function show(choice: ThemeChoice): void {
  const shown = shownTheme(choice, matchMedia(LIGHT).matches);
  theme.setState({ choice, shown });
  document.documentElement.dataset.theme = shown;
}

/** Puts the theme on the page and follows the system's and other tabs' changes. */
export function startTheme(): void {
  show(remembered());
  matchMedia(LIGHT).addEventListener('change', () => show(theme.getState().choice));
  addEventListener('storage', ({ key }) => {
    if (key === REMEMBERED) show(remembered());
  });
}
