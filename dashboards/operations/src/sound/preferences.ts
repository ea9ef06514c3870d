// What this position wants to hear: which levels, how loud. Kept in this browser, as loudspeakers
// belong to a desk and not to an account.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Severity } from '../live/protocol';
import { SEVERITIES } from '../severity/palette';

export interface SoundPreferences {
  levels: readonly Severity[];
  /** 0 to 1. */
  volume: number;
}

/** Information asks for no response, so it makes no noise (ISA-18.2): the grave levels only. */
export const USUAL: SoundPreferences = { levels: [1, 2], volume: 0.6 };

const KEPT = 'city-brain.sound';

export function readPreferences(text: string | null): SoundPreferences {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<SoundPreferences> | null;
    const levels = Array.isArray(kept?.levels)
      ? SEVERITIES.filter((level) => kept.levels?.includes(level))
      : USUAL.levels;
    const volume =
      typeof kept?.volume === 'number' ? Math.min(1, Math.max(0, kept.volume)) : USUAL.volume;
    return { levels, volume };
  } catch {
    return USUAL;
  }
}

const kept = (): string | null =>
  typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);

export const soundPreferences = createStore<SoundPreferences>()(() => readPreferences(kept()));

export const useSoundPreferences = (): SoundPreferences => useStore(soundPreferences);

export function preferSound(part: Partial<SoundPreferences>): void {
  const next = { ...soundPreferences.getState(), ...part };
  soundPreferences.setState(next, true);
  localStorage.setItem(KEPT, JSON.stringify(next));
}
