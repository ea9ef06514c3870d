// What a wall shows, as its address says: one arrangement of parts, or several in turns. The turn
// follows from the time alone, so that walls side by side change together.

export const PRESETS = ['overview', 'cases', 'map', 'signs'] as const;
export type Preset = (typeof PRESETS)[number];
export type Part = 'signs' | 'feeds' | 'map' | 'units' | 'cases';

export const PARTS: Readonly<Record<Preset, readonly Part[]>> = {
  overview: ['signs', 'feeds', 'map', 'units', 'cases'],
  cases: ['units', 'cases'],
  map: ['map'],
  signs: ['signs', 'feeds', 'map'],
};

export interface Rotation {
  presets: readonly Preset[];
  everyMs: number;
}

const EVERY_S = 30;
/** Quicker, nobody reads it; slower, it is a mistake. */
const EVERY_MIN_S = 5;
const EVERY_MAX_S = 3_600;

export const isPreset = (text: string): text is Preset => PRESETS.some((one) => one === text);

/** `/wall/map` shows one; `/wall?rotate=overview,map&every=20` shows several, or `rotate=all`. */
export function readRotation(preset: string | null, search: string): Rotation {
  const query = new URLSearchParams(search);
  const asked = query.get('rotate')?.split(',') ?? [];
  const named = asked.includes('all') ? PRESETS : asked.filter(isPreset);
  const fixed = preset !== null && isPreset(preset) ? preset : 'overview';
  const seconds = Number(query.get('every') ?? EVERY_S) || EVERY_S;
  return {
    presets: preset === null && named.length > 0 ? named : [fixed],
    everyMs: Math.min(EVERY_MAX_S, Math.max(EVERY_MIN_S, seconds)) * 1_000,
  };
}

/** The one whose turn it is. */
export function presetAt({ presets, everyMs }: Rotation, now: number): Preset {
  return presets[Math.floor(now / everyMs) % presets.length] ?? 'overview';
}
