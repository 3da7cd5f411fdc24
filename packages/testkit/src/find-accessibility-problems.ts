import axe from 'axe-core';
import type { Page } from 'playwright-core';

export type AccessibilityProblem = {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly elements: readonly string[];
};

type Findings = { violations: { id: string; impact: string | null; help: string; nodes: { html: string }[] }[] };

/** What axe-core calls serious or critical on the page as it stands. Works under a strict Content-Security-Policy. */
export async function findAccessibilityProblems(page: Page): Promise<AccessibilityProblem[]> {
  await page.evaluate(axe.source);
  const findings: Findings = await page.evaluate('axe.run(document)');
  return findings.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? '',
      help,
      elements: nodes.map(({ html }) => html),
    }));
}
