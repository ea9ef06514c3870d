// Which dead letters the screen is about, as the hub is asked for them.

export interface LetterFilter {
  department: string[] | null;
  reason: string[] | null;
  source: string[] | null;
  text: string | null;
}

/** The filter that the page's address says. */
export const letterFilter = (search: string): LetterFilter => {
  const query = new URLSearchParams(search);
  const one = (name: string) => {
    const value = query.get(name)?.trim();
    return value ? [value] : null;
  };
  return {
    department: one('dep'),
    reason: one('reason'),
    source: one('source'),
    text: query.get('q')?.trim() || null,
  };
};
