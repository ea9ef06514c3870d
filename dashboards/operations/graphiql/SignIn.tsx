// Signing in as on the console: the hub answers with a cookie that scripts cannot read.

import { type FormEvent, useState } from 'react';

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [failed, setFailed] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const response = await fetch('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: form.get('name'), password: form.get('password') }),
    }).catch(() => null);
    if (response?.ok) {
      onSignedIn();
      return;
    }
    setFailed(
      response === null
        ? '中枢没有应答 The hub does not answer'
        : '用户名或口令不正确 The name or the password is wrong',
    );
  };
  return (
    <main className="sign-in">
      <h1>GraphiQL · city-brain</h1>
      <form onSubmit={submit}>
        <label>
          用户名 Name
          <input name="name" autoComplete="username" required />
        </label>
        <label>
          口令 Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button type="submit">登录 Sign in</button>
        {failed ? <p role="alert">{failed}</p> : null}
      </form>
    </main>
  );
}
