// Builds the console into `dist` with hashed assets, so that the hub can serve them as immutable.
// In development the hub's own paths are passed on to CITY_BRAIN_URL (default: the hub's usual port).
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { operationsOf } from './operations.mjs';

const hub = process.env.CITY_BRAIN_URL ?? 'http://127.0.0.1:8080';

/** The hub refuses a cookie from a foreign origin: what is passed on comes from its own. */
const passed = { target: hub, changeOrigin: true, headers: { origin: hub } };

/** Gives the console the hashes of its operations, and the hub their texts. In development the console
 * sends texts: the hub need not know a query that is just being written. */
function operations(): Plugin {
  const name = 'virtual:operations';
  let found: ReturnType<typeof operationsOf> = new Map();
  return {
    name: 'operations',
    configResolved({ command, root }) {
      if (command === 'build') found = operationsOf(`${root}/src`);
    },
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const hashes = Object.fromEntries([...found].map(([title, { hash }]) => [title, hash]));
      return `export const operations = ${JSON.stringify(hashes)};`;
    },
    generateBundle() {
      const texts = Object.fromEntries([...found.values()].map(({ hash, text }) => [hash, text]));
      const source = JSON.stringify(texts, null, 1);
      this.emitFile({ type: 'asset', fileName: 'operations.json', source });
    },
  };
}

export default defineConfig({
  plugins: [react(), operations()],
  build: {
    target: 'es2023',
    sourcemap: false,
    // For the size budget: which chunk needs which.
    manifest: true,
    // Inlined data: URLs would need a wider content security policy than the hub grants.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'map',
              test: /node_modules[\\/](ol|rbush|quickselect|earcut|pbf|geotiff)[\\/]/,
            },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/auth': passed,
      '/graphql': passed,
      '/config.json': passed,
      '/map': passed,
      '/live': { ...passed, ws: true },
    },
  },
  test: { include: ['tests/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
