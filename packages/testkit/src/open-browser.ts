import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.ts';

// The first three: works as root and without a screen. The rest: no connection but those a page asks for.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type TestBrowser = AsyncDisposable & {
  readonly browser: Browser;
  /** A page in a profile of its own (cookies, storage), 1280 × 800 unless told otherwise. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
};

/** A headless Chromium with a new, empty profile, closed at the end of the `await using` block. */
export async function openBrowser(): Promise<TestBrowser> {
  const { executable, environment } = await findChromium();
  const own = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const browser = await chromium.launch({ executablePath: executable, args: FLAGS, env: { ...own, ...environment } });
  return {
    browser,
    newPage: async (options = {}) =>
      (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })).newPage(),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
