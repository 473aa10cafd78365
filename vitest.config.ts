import { defineConfig } from 'vitest/config';

/** The binding of serial ports works in the main thread of a process only. */
const SERIAL = 'test/reader-drivers/serial*.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/cli/build-program.ts'],
    // the same engine wherever the tests run; test/engine compares the other with it
    env: { IMIS_ENGINE: 'mcl-wasm' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'threads',
          pool: 'threads',
          // modules are loaded once for each worker, not for each file: a third of the whole run's work
          isolate: false,
          include: ['test/**/*.test.ts'],
          // vitest-engine.config.ts: what needs the accelerated engine
          exclude: [SERIAL, 'test/engine/**', '**/node_modules/**'],
        },
      },
      { extends: true, test: { name: 'processes', pool: 'forks', include: [SERIAL] } },
    ],
  },
});
