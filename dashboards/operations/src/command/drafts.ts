// Words that were begun and not yet sent: a dialog closed by mistake, or left for something graver,
// gives them back. They live as long as the page.

const drafts = new Map<string, string>();

/** More than this many beginnings nobody remembers: the oldest goes. */
export const DRAFTS_MAX = 50;

const keyOf = (caseId: string, what: string): string => `${what} ${caseId}`;

export const draftOf = (caseId: string, what: string): string =>
  drafts.get(keyOf(caseId, what)) ?? '';

export function keepDraft(caseId: string, what: string, words: string): void {
  const key = keyOf(caseId, what);
  drafts.delete(key);
  if (words.trim() === '') return;
  drafts.set(key, words);
  const [oldest] = drafts.keys();
  if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest);
}
