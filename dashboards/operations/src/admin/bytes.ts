// An original as somebody may look at it: as text, with everything that could fool the eye or the
// terminal made visible. What was refused may be hostile, and is never run, parsed or linked.

/** Control characters, and those that turn or hide text. */
const TRICKS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

export const shownSafely = (text: string): string =>
  text.replace(
    TRICKS,
    (sign) => `⟨${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
