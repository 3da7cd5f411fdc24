import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with `N passed, N failed, N skipped` alone on a line; what broke outside a test counts as failed. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      for (const state of states) counts[state] += 1;
      if (module.state() === 'failed' && !states.includes('failed')) counts.failed += 1;
    }
    const line = `${counts.passed} passed, ${counts.failed + counts.pending} failed, ${counts.skipped} skipped`;
    // After the other reporters have written their summaries.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}
