// `node scripts/take-screenshot.ts`: the picture of the README, taken from the running app with the sample.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser, rootFolder, startServer } from '@strongroom/testkit';

const QUESTION = 'How many flights left each origin airport? Show the top 5';

await using server = await startServer();
await using browser = await openBrowser();
const page = await browser.newPage({
  viewport: { width: 1280, height: 1060 },
  deviceScaleFactor: 1.5,
  colorScheme: 'light',
});
await page.goto(server.signInLink ?? server.url);
await page.fill('#question', QUESTION);
await page.press('#question', 'Enter');
await page.getByRole('grid', { name: 'Rows' }).waitFor();
await page.getByText('5 rows in this tab only').first().waitFor();
await page.mouse.move(0, 0);
await mkdir(join(rootFolder, 'docs', 'images'), { recursive: true });
await page.screenshot({ path: join(rootFolder, 'docs', 'images', 'ask.png') });
