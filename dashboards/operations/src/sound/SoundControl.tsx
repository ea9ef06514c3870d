// Whether the console may be heard: on, muted for a while, or not allowed by the browser yet.

import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { span } from '../i18n/time';
import { useNow } from '../live/feed';
import type { Row } from '../queue/rows';
import { deaf, listen } from './attention';
import { horn, sound, toggleMute, tryHorn, unblock, useHorn } from './horn';
import { useSoundPreferences } from './preferences';

export function SoundControl() {
  const { t } = useTranslation();
  const { mutedUntil, blocked } = useHorn();
  const key = shownKey('mute', useBindings());
  const now = useNow();
  const left = mutedUntil - now;
  const state = blocked ? 'blocked' : left > 0 ? 'muted' : 'on';
  // The touch that lifts the browser's block must not mute in the same moment.
  const wasBlocked = useRef(false);
  return (
    <button
      type="button"
      className="sound"
      data-testid="sound"
      data-state={state}
      title={t(blocked ? 'sound.allow' : 'sound.key', { key })}
      onPointerDownCapture={() => {
        wasBlocked.current = horn.getState().blocked;
      }}
      onClick={() => {
        if (!wasBlocked.current) toggleMute(now);
        wasBlocked.current = false;
      }}
    >
      {t(`sound.${state}`, { left: span(left) })}
    </button>
  );
}

/** Sounds what wants to be heard; any key or click lets the browser allow it. */
export function useSound(rows: readonly Row[]): void {
  const now = useNow();
  const { levels } = useSoundPreferences();
  const ear = useRef(deaf);
  useEffect(() => {
    const heard = listen(ear.current, rows, { levels, now });
    ear.current = heard.ear;
    if (heard.tone !== null) sound(heard.tone, now);
  }, [rows, levels, now]);
  useEffect(() => {
    tryHorn();
    addEventListener('keydown', unblock);
    addEventListener('pointerdown', unblock, { capture: true });
    return () => {
      removeEventListener('keydown', unblock);
      removeEventListener('pointerdown', unblock, { capture: true });
    };
  }, []);
}
