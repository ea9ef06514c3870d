// What the command palette offers and how it finds it. Pure: entries and words in, the best first.

export interface Entry {
  id: string;
  /** What it is, for sorting and for the word beside it. */
  group: 'action' | 'view' | 'case' | 'place';
  label: string;
  /** Other words it is found by: the other language, a number, a code. */
  also: readonly string[];
  /** Key or count shown at its right. */
  beside: string;
  run: () => void;
}

/** More than this nobody reads: better to type another letter. */
export const SHOWN_MAX = 12;

const GROUP: Readonly<Record<Entry['group'], number>> = { action: 0, view: 1, case: 2, place: 3 };

/** How well an entry fits, less is better; `null`: not at all. Every word must be found. */
export function fitOf(entry: Entry, text: string): number | null {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const label = entry.label.toLowerCase();
  const all = [label, ...entry.also.map((one) => one.toLowerCase())].join('\n');
  let worst = 0;
  for (const word of words) {
    if (!all.includes(word)) return null;
    const rank = label.startsWith(word) ? 0 : label.includes(word) ? 1 : 2;
    worst = Math.max(worst, rank);
  }
  return worst;
}

/** Without words: actions and views; with words: whatever fits, the best fit first. */
export function search(entries: readonly Entry[], text: string): Entry[] {
  const asked = text.trim() !== '';
  return entries
    .map((entry, n) => ({ entry, n, rank: fitOf(entry, text) }))
    .filter(({ entry, rank }) => rank !== null && (asked || entry.group !== 'place'))
    .sort(
      (a, b) =>
        (a.rank ?? 0) - (b.rank ?? 0) || GROUP[a.entry.group] - GROUP[b.entry.group] || a.n - b.n,
    )
    .slice(0, SHOWN_MAX)
    .map(({ entry }) => entry);
}
