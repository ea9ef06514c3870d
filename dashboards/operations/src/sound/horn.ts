// A tone for each level, made by the browser itself, told apart by pitch, rhythm and number of
// strokes. Browsers stay silent until the operator has touched the page once: that is shown, not hidden.

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { MUTE_MS, type Tone } from './attention';
import { soundPreferences } from './preferences';

export interface Horn {
  mutedUntil: number;
  /** The browser does not let the page sound yet. */
  blocked: boolean;
}

export const horn = createStore<Horn>()(() => ({ mutedUntil: 0, blocked: true }));

export const useHorn = (): Horn => useStore(horn);

/** Hertz and seconds of each stroke: three quick ones that alternate, two that rise, one, one low. */
export const STROKES: Readonly<Record<Tone, readonly (readonly [hz: number, at: number])[]>> = {
  1: [
    [988, 0],
    [784, 0.18],
    [988, 0.36],
  ],
  2: [
    [587, 0],
    [740, 0.26],
  ],
  3: [[523, 0]],
  4: [[392, 0]],
};
const STROKE_S = 0.15;
/** Of full volume; more is distortion on small loudspeakers. */
const LOUDEST = 0.3;

let context: AudioContext | null = null;

/** Kiosks may be started so that no touch is needed: asks the browser without one. */
export function tryHorn(): void {
  if (context !== null) return;
  context = new AudioContext();
  if (context.state === 'running') horn.setState({ blocked: false });
}

/** To be called from a key or a click: only then does a browser let sound begin. */
export function unblock(): void {
  if (!horn.getState().blocked) return;
  context ??= new AudioContext();
  const { state } = context;
  if (state === 'running') horn.setState({ blocked: false });
  else context.resume().then(() => horn.setState({ blocked: false }), ignoreRefusal);
}

/** Refused: it stays blocked and shown as such until the next touch. */
function ignoreRefusal(): void {
  horn.setState({ blocked: true });
}

/** One key mutes, the same key lifts the mute; it lifts itself after two minutes. */
export function toggleMute(now: number): void {
  horn.setState({ mutedUntil: horn.getState().mutedUntil > now ? 0 : now + MUTE_MS });
}

export function sound(tone: Tone, now: number): void {
  const { mutedUntil, blocked } = horn.getState();
  if (blocked || mutedUntil > now) return;
  play(tone);
}

/** Lets a tone be heard, muted or not: for choosing it. */
export function play(tone: Tone): void {
  if (!context) return;
  for (const [hz, at] of STROKES[tone]) stroke(context, hz, context.currentTime + at);
}

function stroke(audio: AudioContext, hz: number, at: number): void {
  const loud = LOUDEST * soundPreferences.getState().volume;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loud, at + 0.01);
  gain.gain.setValueAtTime(loud, at + STROKE_S - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + STROKE_S);
  const tone = new OscillatorNode(audio, { frequency: hz, type: 'triangle' });
  tone.connect(gain).connect(audio.destination);
  tone.start(at);
  tone.stop(at + STROKE_S);
}
