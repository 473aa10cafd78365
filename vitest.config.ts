import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // vitest-engine.config.ts: what needs the accelerated engine
    exclude: ['test/engine/**', 'node_modules/**'],
    globalSetup: ['test/cli/build-program.ts'],
    // the same engine wherever the tests run; test/engine compares the other with it
    env: { IMIS_ENGINE: 'mcl-wasm' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    maxWorkers: 2,
  },
});
