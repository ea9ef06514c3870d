// Places as a tree, flattened for a list that shows the depth by indentation.

/** Places below their parents, each with its depth. */
export function treeOf(
  codes: readonly string[],
  parents: ReadonlyMap<string, string>,
): (readonly [code: string, depth: number])[] {
  const known = new Set(codes);
  const below = new Map<string | null, string[]>();
  for (const code of [...codes].sort()) {
    const parent = parents.get(code);
    const under = parent !== undefined && known.has(parent) && parent !== code ? parent : null;
    below.set(under, [...(below.get(under) ?? []), code]);
  }
  const walk = (under: string | null, depth: number): (readonly [string, number])[] =>
    (below.get(under) ?? []).flatMap((code) => [[code, depth] as const, ...walk(code, depth + 1)]);
  return walk(null, 0);
}
