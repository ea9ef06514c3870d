// Whether the console may be heard: on, muted for a while, or not allowed by the browser yet.

import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { span } from '../i18n/time';
import { useNow } from '../live/feed';
import type { Row } from '../queue/rows';
import { deaf, listen } from './attention';
import { sound, toggleMute, unblock, useHorn } from './horn';

export function SoundControl() {
  const { t } = useTranslation();
  const { mutedUntil, blocked } = useHorn();
  const now = useNow();
  const left = mutedUntil - now;
  const state = blocked ? 'blocked' : left > 0 ? 'muted' : 'on';
  return (
    <button
      type="button"
      className="sound"
      data-testid="sound"
      data-state={state}
      title={t('sound.key')}
      onClick={() => toggleMute(now)}
    >
      {t(`sound.${state}`, { left: span(left) })}
    </button>
  );
}

/** Sounds what wants to be heard; any key or click lets the browser allow it. */
export function useSound(rows: readonly Row[]): void {
  const now = useNow();
  const ear = useRef(deaf);
  useEffect(() => {
    const heard = listen(ear.current, rows, now);
    ear.current = heard.ear;
    if (heard.tone !== null) sound(heard.tone, now);
  }, [rows, now]);
  useEffect(() => {
    addEventListener('keydown', unblock);
    addEventListener('pointerdown', unblock);
    return () => {
      removeEventListener('keydown', unblock);
      removeEventListener('pointerdown', unblock);
    };
  }, []);
}
