// Builds the console into `dist` with hashed assets, so that the hub can serve them as immutable.
// In development the hub's own paths are passed on to CITY_BRAIN_URL (default: the hub's usual port).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const hub = process.env.CITY_BRAIN_URL ?? 'http://127.0.0.1:8080';

/** The hub refuses a cookie from a foreign origin: what is passed on comes from its own. */
const passed = { target: hub, changeOrigin: true, headers: { origin: hub } };

export default defineConfig({
  plugins: [react()],
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
