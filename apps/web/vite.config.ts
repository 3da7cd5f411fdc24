import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { compressFolder } from './scripts/compress.ts';
import { FIRST_LOAD_BYTES_MAX, firstLoad } from './scripts/first-load.ts';

/** All that the app needs before it shows a scene; known when every module has been read. */
const neededByApp = new Set<string>();

export default defineConfig({
  plugins: [react(), finish()],
  // The server replaces the placeholder in index.html by a fresh nonce in every response.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    manifest: true,
    // The page's policy allows no data: address for scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What loads the app must not be evaluated with it: see main.ts.
            { name: 'start', test: /vite\/preload-helper/, priority: 1 },
            // In one file: else each icon that a scene shares with it is one of its own, and the first page waits for sixty.
            { name: 'app', test: (id) => neededByApp.has(id) },
          ],
        },
      },
    },
  },
});

/** After the build: compressed copies, and the size of the first load, which fails the build when it is too big. */
function finish(): Plugin {
  let folder = '';
  return {
    name: 'strongroom-finish',
    apply: 'build',
    buildEnd() {
      neededByApp.clear();
      neededByApp.add(path.join(import.meta.dirname, 'src', 'app.tsx'));
      // Grows while it is walked through.
      for (const id of neededByApp)
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) neededByApp.add(imported);
    },
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    async closeBundle(error?: Error) {
      if (error !== undefined) return;
      await compressFolder(folder);
      const { gzipBytes } = await firstLoad(folder);
      this.info(
        `first load: ${(gzipBytes / 1000).toFixed(1)} kB of compressed script, ${FIRST_LOAD_BYTES_MAX / 1000} kB allowed`,
      );
      if (gzipBytes > FIRST_LOAD_BYTES_MAX)
        this.error(
          `the first load is ${gzipBytes} bytes of compressed script; at most ${FIRST_LOAD_BYTES_MAX} are allowed`,
        );
    },
  };
}
