import { expect, test } from 'vitest';
import { findAccessibilityProblems } from './find-accessibility-problems.ts';
import { openBrowser } from './open-browser.ts';

test('a browser opens on a machine without one, clicks, and finds what a screen reader could not use', async () => {
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.setContent(
    '<html lang="en"><title>x</title><main><button onclick="this.textContent=1+1">go</button><img src="x"></main></html>',
  );
  await page.click('button');
  expect(await page.textContent('button')).toBe('2');
  expect((await findAccessibilityProblems(page)).map(({ rule }) => rule)).toContain('image-alt');
});

test('two pages share no cookie', async () => {
  await using browser = await openBrowser();
  const [one, two] = [await browser.newPage(), await browser.newPage()];
  await one.context().addCookies([{ name: 'a', value: 'b', url: 'http://127.0.0.1' }]);
  expect(await two.context().cookies()).toEqual([]);
});
