// The console's list of operations: found in its sources, each with a name of its own and the hash that
// the console itself would send.

import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringifyDocument } from 'urql';
import { describe, expect, test } from 'vitest';
import { operationsOf } from '../operations.mjs';
import { caseQuery } from '../src/case/detail';

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'operations-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const HEAD = "import { graphql } from './tada';\n";

describe('operations of the sources', () => {
  test('every operation is there with its fragments, and no fragment alone', () => {
    const found = operationsOf(
      folder({
        'part.ts': `${HEAD}export const part = graphql(\`fragment Part on Case { id }\`);`,
        'all.tsx': `${HEAD}import { part as piece } from './part';
          const one = graphql(\`query One { case(id: 1) { ...Part } }\`, [piece]);`,
      }),
    );
    expect([...found.keys()]).toEqual(['One']);
    expect(found.get('One')?.text).toContain('fragment Part on Case');
  });

  test('two operations of one name, and a document that is no const, are refused', () => {
    const same = `${HEAD}const a = graphql(\`query One { at }\`);`;
    expect(() => operationsOf(folder({ 'a.ts': same, 'b.ts': same }))).toThrow(/name of its own/);
    const hidden = `${HEAD}ask(graphql(\`query One { at }\`));`;
    expect(() => operationsOf(folder({ 'a.ts': hidden }))).toThrow(/const of the module/);
  });

  test("the text is the one that the console's client would send", () => {
    const text = stringifyDocument(caseQuery);
    const hash = createHash('sha256').update(text).digest('hex');
    expect(operationsOf('src').get('ConsoleCase')).toEqual({ hash, text });
  });
});
