// Top line: product, connection, time, who is signed in, language.

import { useTranslation } from 'react-i18next';
import { age, wallTime } from '../i18n/time';
import { useFeed, useNow } from '../live/feed';
import { Nav } from '../route/Nav';
import { SoundControl } from '../sound/SoundControl';
import { openDialog, switchLanguage, useView } from '../view/view';
import { useBranding } from './branding';
import { logout, useSession } from './session';

export function Header() {
  const { t } = useTranslation();
  const { name } = useSession();
  const now = useNow();
  return (
    <header className="header">
      <h1>{useBranding()}</h1>
      <Nav />
      <span className="header-space" />
      <ConnectionStatus />
      <SoundControl />
      <time className="header-clock mono">{wallTime(now, now)}</time>
      <span className="header-name">{name}</span>
      <button type="button" onClick={() => openDialog('help')} title={t('help.title')}>
        <kbd>?</kbd>
      </button>
      <LanguageSwitch />
      <button type="button" onClick={() => void logout()}>
        {t('logout')}
      </button>
    </header>
  );
}

export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useView((view) => view.language);
  return (
    <button
      type="button"
      data-testid="language"
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      onClick={() => void switchLanguage(language === 'zh' ? 'en' : 'zh')}
    >
      {t('language.switch')}
    </button>
  );
}

/** A clock further off than this is worth a word. */
const SKEW_MS = 2_000;

function ConnectionStatus() {
  const { t, i18n } = useTranslation();
  const freshness = useFeed((feed) => feed.freshness);
  const heardAt = useFeed((feed) => feed.heardAt);
  const skewMs = useFeed((feed) => feed.skewMs);
  const behind = useFeed((feed) => feed.behind);
  const now = useNow() - skewMs;
  return (
    <p className="connection" data-testid="connection" data-state={freshness} role="status">
      <span className="connection-dot" aria-hidden="true" />
      <strong>{t(`connection.${freshness}`)}</strong>
      {heardAt === null || freshness === 'LIVE' ? null : (
        <span>{t('connection.age', { age: age(now - heardAt, i18n.language) })}</span>
      )}
      {behind ? <span className="breach">{t('connection.behind')}</span> : null}
      {Math.abs(skewMs) > SKEW_MS ? (
        <span className="breach">
          {t('connection.skew', { seconds: Math.round(skewMs / 1000) })}
        </span>
      ) : null}
    </p>
  );
}
