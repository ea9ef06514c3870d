// Fails the build when the console grows beyond its budget: sizes are gzip -9, as the hub sends them.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const INITIAL_JS_MAX = 320_000;
const TOTAL_MAX = 2_500_000;

const folder = new URL('./dist/assets/', import.meta.url);
const sizes = readdirSync(folder).map((name) => {
  const bytes = readFileSync(new URL(name, folder));
  return { name, plain: bytes.length, packed: gzipSync(bytes, { level: 9 }).length };
});
const initial = sizes.filter(({ name }) => name.endsWith('.js'));
const packed = initial.reduce((sum, { packed }) => sum + packed, 0);
const total = sizes.reduce((sum, { plain }) => sum + plain, 0);
process.stdout.write(`initial JS ${packed} of ${INITIAL_JS_MAX} bytes gz, all ${total} bytes\n`);
if (packed > INITIAL_JS_MAX || total > TOTAL_MAX) {
  process.stderr.write(`over budget: ${JSON.stringify(sizes, null, 1)}\n`);
  process.exit(1);
}
