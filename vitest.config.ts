import { configDefaults, defineConfig } from 'vitest/config';

const suffixed = ['**/*.contract.test.ts', '**/*.crash.test.ts'];
const exclude = [...configDefaults.exclude, '**/.cache/**', '**/.strongroom/**'];

/** Which project a test belongs to follows from where it lies and how it is called; see CONTRIBUTING.md. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.ts'],
    // Real servers, browsers and databases on two cores: generous, since no test waits on the clock to pass.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
    // A second, as it is without this, is not enough for a machine that does much at once.
    expect: { poll: { timeout: 60_000 } },
    // One more than the processors of a small machine: much of a test is waiting for a database or a browser.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/{server,cli}/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: [...exclude, ...suffixed],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'web', include: ['apps/web/**/*.test.{ts,tsx}'], exclude, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'contract', include: ['**/*.contract.test.ts'], exclude, sequence: { groupOrder: 2 } },
      },
      { extends: true, test: { name: 'crash', include: ['**/*.crash.test.ts'], exclude, sequence: { groupOrder: 2 } } },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['tests/architecture/**/*.test.ts'],
          exclude,
          sequence: { groupOrder: 3 },
        },
      },
      // Last: each starts a whole server with two clusters, some a browser too.
      {
        extends: true,
        test: {
          name: 'journey',
          include: ['tests/journey/**/*.test.ts'],
          exclude: [...exclude, ...suffixed],
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
