// What a position may set for itself: language, theme, sound, keys, saved views. All of it is kept in
// this browser.

import { useTranslation } from 'react-i18next';
import { isLanguage, type Language } from '../i18n/language';
import { Page } from '../route/Page';
import { chooseTheme, isThemeChoice, THEMES, useTheme } from '../theme/theme';
import { switchLanguage, useView } from '../view/view';
import { KeySettings } from './KeySettings';
import { Options } from './Options';
import { SoundSettings } from './SoundSettings';
import { ViewSettings } from './ViewSettings';

/** Each language by its own name: whoever cannot read the screen must find the way back. */
const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['zh', '\u4e2d\u6587'],
  ['en', 'English'],
];

export function SettingsScreen() {
  const { t } = useTranslation();
  const language = useView((view) => view.language);
  const { choice } = useTheme();
  return (
    <Page title={t('nav.settings')}>
      <div className="settings">
        <Options
          label={t('settings.language')}
          value={language}
          options={LANGUAGES}
          onChange={(value) => isLanguage(value) && void switchLanguage(value)}
        />
        <Options
          label={t('settings.theme')}
          value={choice}
          options={THEMES.map((theme) => [theme, t(`settings.themes.${theme}`)])}
          onChange={(value) => isThemeChoice(value) && chooseTheme(value)}
        />
        <SoundSettings />
        <ViewSettings />
        <KeySettings />
        <p className="hint">{t('settings.kept')}</p>
      </div>
    </Page>
  );
}
