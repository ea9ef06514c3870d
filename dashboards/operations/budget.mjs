// Fails the build when the console grows beyond its budget: sizes are gzip -9, as the hub sends them.
// Initial is what the main screen needs before it is whole, by the bundler's own manifest; other
// screens are chunks that only their visitors load. Another built folder can be named as argument.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const INITIAL_JS_MAX = 320_000;
const CHUNK_MAX = 250_000;
const TOTAL_MAX = 2_500_000;

const dist = process.argv[2]
  ? pathToFileURL(`${resolve(process.argv[2])}/`)
  : new URL('./dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** A module with everything it imports at once; with `lazily`, also what it imports later. */
function closure(entries, lazily) {
  const found = new Set();
  const visit = (key) => {
    if (found.has(key)) return;
    found.add(key);
    const { imports = [], dynamicImports = [] } = manifest[key];
    for (const next of imports) visit(next);
    if (lazily) for (const next of dynamicImports) visit(next);
  };
  for (const entry of entries) visit(entry);
  return found;
}

const filesOf = (keys) =>
  new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
const measure = (name) => {
  const bytes = readFileSync(new URL(name, dist));
  return { name, plain: bytes.length, packed: gzipSync(bytes, { level: 9 }).length };
};
const isScript = ({ name }) => name.endsWith('.js');
const sum = (sizes, what) => sizes.reduce((total, size) => total + size[what], 0);

const initial = [...filesOf(closure(['index.html', 'src/route/Home.tsx'], false))].map(measure);
const all = [...filesOf(closure(['index.html'], true))].map(measure);
const packed = sum(initial.filter(isScript), 'packed');
const total = sum(all, 'plain');
const largest = all.filter(isScript).sort((a, b) => b.packed - a.packed)[0];

process.stdout.write(
  `initial JS ${packed} of ${INITIAL_JS_MAX} bytes gz, largest chunk ${largest.name} ` +
    `${largest.packed} of ${CHUNK_MAX}, all ${total} of ${TOTAL_MAX} bytes\n`,
);
if (packed > INITIAL_JS_MAX || largest.packed > CHUNK_MAX || total > TOTAL_MAX) {
  process.stderr.write(`over budget: ${JSON.stringify(all, null, 1)}\n`);
  process.exit(1);
}
