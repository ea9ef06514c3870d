// Sign in. The hub answers with a cookie that scripts cannot read; nothing is kept here.

import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unblock } from '../sound/horn';
import { useBranding } from './branding';
import { LanguageSwitch } from './Header';
import { type LoginFailure, login, useSession } from './session';

export function Login() {
  const { t } = useTranslation();
  const branding = useBranding();
  const { ended } = useSession();
  const [failure, setFailure] = useState<LoginFailure | null>(null);
  const [working, setWorking] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    // Signing in is the touch that browsers ask for before a page may sound.
    unblock();
    setWorking(true);
    setFailure(await login(String(form.get('name')), String(form.get('password'))));
    setWorking(false);
  };
  return (
    <main className="login">
      <form onSubmit={submit}>
        <h1>{branding}</h1>
        <p className="hint">{t('login.intro')}</p>
        {ended && failure === null ? <p role="status">{t('login.ended')}</p> : null}
        <label className="field">
          {t('login.name')}
          {/* biome-ignore lint/a11y/noAutofocus: signing in is all this page is for. */}
          <input name="name" autoComplete="username" autoFocus required />
        </label>
        <label className="field">
          {t('login.password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {failure ? <p role="alert">{t(`login.${failure}`)}</p> : null}
        <button type="submit" className="primary" disabled={working}>
          {t(working ? 'login.working' : 'login.submit')}
        </button>
        <LanguageSwitch />
      </form>
    </main>
  );
}
