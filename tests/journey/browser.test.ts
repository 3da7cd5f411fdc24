import {
  findAccessibilityProblems,
  openBrowser,
  type RunningServer,
  startServer,
  type TestBrowser,
} from '@strongroom/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, query } from './support/calls.ts';
import { addShop, ENDLESS, PLANTED_VALUE, type Shop, startShop } from './support/shop.ts';

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

/** Longer than any step takes on a busy machine, and short enough that a broken one says so soon. */
const STEP_MS_MAX = 15_000;
const QUESTION = 'How many flights left each origin airport? Show the top 5';
const SCENES = [
  '/ask',
  '/sources',
  '/sources/aviation',
  '/catalog',
  '/catalog?table=aviation.public.flights',
  '/people',
  '/audit',
  '/audit/erasures',
  '/settings',
] as const;

let server: RunningServer;
let shop: Shop;
let browser: TestBrowser;
/** What any page of this file complained of: errors, and what its Content-Security-Policy refused. */
const complaints: string[] = [];

beforeAll(async () => {
  [server, shop, browser] = await Promise.all([startServer(), startShop(), openBrowser()]);
  await addShop(server, shop.url);
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});
beforeEach(() => {
  complaints.length = 0;
});

type PageOptions = Parameters<TestBrowser['newPage']>[0];

function listen(page: Page): Page {
  page.setDefaultTimeout(STEP_MS_MAX);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || /content.security.policy/i.test(message.text())) complaints.push(message.text());
  });
  return page;
}

/** A page of a browser of its own that came in by a fresh one-time link. */
async function signedIn(options: PageOptions = {}): Promise<Page> {
  const page = listen(await browser.newPage(options));
  const { body } = await call(server, 'POST', 'sign-in-links', {});
  await enter(page, String(body['link']));
  return page;
}

async function enter(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.waitForURL(`${server.url}/ask`);
  await page.getByRole('heading', { name: 'Ask', exact: true, level: 1 }).waitFor({ state: 'attached' });
}

async function clickFirstQuestion(page: Page): Promise<void> {
  // Not the same words in the history beside it, which may be there first.
  const examples = page.getByRole('region', { name: 'Ask a question, see the proof.' });
  await examples.getByRole('button', { name: QUESTION }).click();
  await page.getByRole('grid', { name: 'Rows' }).waitFor();
  await page.getByText('complete', { exact: false }).first().waitFor();
}

async function runSql(page: Page, sql: string, source = 'shop'): Promise<void> {
  await page.getByRole('tab', { name: 'SQL' }).click();
  // The editor takes the focus once it has loaded, which would close a list that was opened before.
  await page.getByRole('textbox', { name: 'SQL' }).waitFor();
  await page.getByLabel('Source', { exact: true }).first().click();
  await page.getByRole('option', { name: source, exact: true }).click();
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql);
  await page.getByRole('button', { name: /^Run/ }).click();
}

test('a person comes in by the printed link, clicks a first question, and sees its rows, its chart and what was sent', async () => {
  const page = listen(await browser.newPage());
  await enter(page, server.signInLink ?? '');
  expect(page.url()).not.toContain('code=');

  await clickFirstQuestion(page);
  const cells = await page.getByRole('gridcell').allTextContents();
  const byHand = await query(
    server,
    'aviation',
    'select origin, count(*) from flights group by 1 order by 2 desc limit 5',
  );
  expect(cells.map((text) => text.replaceAll(/[,\u202f\u00a0 ]/g, ''))).toEqual(byHand.rows.flat().map(String));
  await page.locator('figure svg').first().waitFor();

  const sent = page.locator('summary', { hasText: 'Sent' });
  await sent.click();
  const parts = page.getByRole('group', { name: 'What was sent, part by part' });
  await parts.waitFor();
  expect(await parts.textContent()).toContain(QUESTION);
  expect(await parts.textContent()).toContain('public.flights (');
  expect(await parts.textContent()).not.toContain(String(byHand.rows[0]?.[1]));

  for (const step of ['SQL asked', 'SQL run', 'Receipt']) await page.locator('summary', { hasText: step }).click();
  await page.getByRole('link', { name: 'See the entry' }).click();
  await page.waitForURL(/\/audit\?entry=/);
  await page.getByText('query.released').first().waitFor();
  expect(complaints).toEqual([]);
});

/** The newest entry that gave rows away, opened. */
async function openEntry(page: Page): Promise<ReturnType<Page['locator']>> {
  await page.goto(`${server.url}/audit`);
  await page.getByRole('button', { name: 'query.released' }).first().click();
  return page.getByRole('dialog', { name: 'Audit entry' });
}

/** Presses the button by keyboard, and answers what each step of the proof says. */
async function checkHere(drawer: ReturnType<Page['locator']>, verdict: string): Promise<string[]> {
  // What the check before this one found may say the same: it is marked, and what is looked at is another.
  await drawer.evaluate((element) => element.querySelector('ol')?.setAttribute('data-before', ''));
  await drawer.getByRole('button', { name: 'Check it here' }).press('Enter');
  const found = drawer.locator('ol:not([data-before])');
  await found.waitFor();
  await drawer.getByRole('status').filter({ hasText: verdict }).waitFor();
  const steps = await found.getByRole('listitem').all();
  return Promise.all(
    steps.map(async (step) => `${await step.getByRole('img').getAttribute('aria-label')}: ${await step.textContent()}`),
  );
}

describe('an entry of the audit log is checked in the tab itself', () => {
  beforeAll(() => query(server, 'shop', 'select 1'));

  test.each([
    ['light', 380],
    ['dark', 1280],
  ] as const)('and is verified, in a %s theme, %i pixels wide', async (colorScheme, width) => {
    const page = await signedIn({ colorScheme, viewport: { width, height: 800 } });
    const drawer = await openEntry(page);
    const said = await checkHere(drawer, 'Verified in this tab');
    expect(said.map((line) => line.split(':')[0])).toEqual(Array(5).fill('holds'));
    expect(said[4]).toContain('First seen now');
    expect((await checkHere(drawer, 'Verified in this tab'))[4]).toContain('Known since');
    for (const summary of await drawer.locator('summary').all()) await summary.click();
    await drawer.getByText(/^strongroom\/[0-9a-f-]{36}\+[0-9a-f]{8}\+/).waitFor();
    await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    expect(await findAccessibilityProblems(page)).toEqual([]);
    const sideways =
      'Math.max(...[...document.querySelectorAll("[role=dialog] *")].map((it) => it.getBoundingClientRect().right))';
    expect(await page.evaluate(sideways)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });

  test('and refused when one field of the proof was changed on its way', async () => {
    const page = await signedIn();
    await page.route('**/api/v1/ledger/*/proof', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('admin@', 'nobody@') });
    });
    const said = await checkHere(await openEntry(page), 'The proof does not hold');
    expect(said.map((line) => line.split(':')[0])).toEqual([
      ...Array(3).fill('does not hold'),
      'holds',
      'not looked at',
    ]);
    expect(said[0]).toContain('Not as shown: who');
    expect(await page.evaluate('Object.keys(localStorage).join()')).not.toContain('strongroom.log');
  });

  test('and refused when the log is not the one that this browser saw before', async () => {
    const page = await signedIn();
    const drawer = await openEntry(page);
    await checkHere(drawer, 'Verified in this tab');
    const remember = (changes: string): Promise<unknown> =>
      page.evaluate(
        `(() => { const name = Object.keys(localStorage).find((key) => key.startsWith('strongroom.log/'));
          globalThis.kept ??= localStorage[name];
          localStorage[name] = JSON.stringify({ ...JSON.parse(globalThis.kept), ...${changes} }); })()`,
      );
    for (const [changes, says] of [
      ['{ key: "another" }', 'Another key than the one known since'],
      ['{ size: 1e6 }', 'The log was cut'],
    ] as const) {
      await remember(changes);
      expect((await checkHere(drawer, 'The proof does not hold'))[4]).toContain(says);
    }
    await remember('{}');
    await checkHere(drawer, 'Verified in this tab');
  });

  test('and not called verified where the key is of a log that this browser never met, until a person says so', async () => {
    const page = await signedIn();
    const drawer = await openEntry(page);
    await page.evaluate('localStorage.setItem("strongroom.log/another", "{}")');
    const said = await checkHere(drawer, 'Not fully verified');
    expect(said[4]).toMatch(/^could not be checked: .*New here, where others are known/);
    expect((await checkHere(drawer, 'Not fully verified'))[4]).toContain('New here, where others are known');
    await drawer.getByRole('button', { name: 'I compared the key: remember it' }).click();
    await drawer.getByRole('status').filter({ hasText: 'Verified in this tab' }).waitFor();
  });

  test('and not called verified by a browser that does not know Ed25519; an error keeps the entry', async () => {
    const page = await signedIn();
    await page.addInitScript(
      'crypto.subtle.importKey = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));',
    );
    const drawer = await openEntry(page);
    const said = await checkHere(drawer, 'Not fully verified');
    expect(said[3]).toMatch(/^could not be checked: .*This browser can’t check Ed25519 signatures/);
    await page.context().setOffline(true);
    await drawer.getByRole('button', { name: 'Check it here' }).click();
    await drawer.getByRole('alert').waitFor();
    expect(await drawer.getByText('query.released').count()).toBe(1);
    await page.context().setOffline(false);
    await drawer.getByRole('button', { name: 'Try again' }).click();
    await drawer.getByText('Not fully verified').waitFor();
  });
});

test('a link works once: the second browser that opens it is told so and stays outside', async () => {
  const { body } = await call(server, 'POST', 'sign-in-links', {});
  await enter(listen(await browser.newPage()), String(body['link']));
  const second = listen(await browser.newPage());
  await second.goto(String(body['link']));
  await second.getByText(/link has been used/i).waitFor();
  await second.goto(`${server.url}/ask`);
  await second.waitForURL(`${server.url}/sign-in`);
});

test('a question that is not understood runs nothing, and offers names to click', async () => {
  const page = await signedIn();
  await page.getByRole('textbox', { name: 'Your question' }).fill('Which airline is the most reliable?');
  await page.keyboard.press('Enter');
  await page.getByText('Not sure enough to answer, so nothing ran.').waitFor();
  expect(await page.getByRole('grid').count()).toBe(0);
  expect(await findAccessibilityProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

describe('a query that runs in the source ends there', () => {
  /** The source says that it runs one, and then that it runs none. */
  async function ends(leave: (page: Page) => Promise<unknown>): Promise<void> {
    const page = await signedIn();
    await runSql(page, ENDLESS);
    await shop.untilRunning();
    await leave(page);
    await shop.untilQuiet();
  }

  // What one of them leaves running must not be taken for another's.
  afterEach(async () => {
    for (const context of browser.browser.contexts()) await context.close();
    await shop.untilQuiet();
  });

  test('when its tab is closed', () => ends((page) => page.close()));
  test('when Cancel is pressed', () =>
    ends(async (page) => {
      await page.getByRole('button', { name: /^Cancel/ }).click();
      await page.getByText('Cancelled before any row arrived.').waitFor();
    }));
  test('when Escape is pressed', () =>
    ends(async (page) => {
      await page.keyboard.press('Escape');
      await page.getByText('Cancelled before any row arrived.').waitFor();
    }));
  test('when the tab goes to another site', () => ends((page) => page.goto('about:blank')));
  test('when the page is loaded again', () => ends((page) => page.reload()));
  test('when the person signs out', () =>
    ends(async (page) => {
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${server.url}/sign-in`);
    }));
  test('when the person signs out in another tab', () =>
    ends(async (page) => {
      const other = await page.context().newPage();
      await other.goto(`${server.url}/settings`);
      await other.getByRole('button', { name: 'Sign out' }).click();
      await other.waitForURL(`${server.url}/sign-in`);
    }));
});

test('after sign-out no value of a row is left in the page, in its storage or behind the back button', async () => {
  const page = await signedIn();
  await runSql(page, 'select name from item where id = 10000');
  await page.getByRole('gridcell', { name: PLANTED_VALUE }).waitFor();
  expect(await page.content()).toContain(PLANTED_VALUE);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${server.url}/sign-in`);
  expect(await page.content()).not.toContain(PLANTED_VALUE);
  await page.goBack();
  await page.waitForURL(`${server.url}/sign-in`);
  expect(await page.content()).not.toContain(PLANTED_VALUE);
  const kept: string = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie])',
  );
  expect(kept).not.toContain(PLANTED_VALUE);
  expect(kept).not.toContain('select');
  expect(await page.evaluate('indexedDB.databases()')).toEqual([]);
  expect(await page.evaluate('caches.keys()')).toEqual([]);
});

test('leaving the page lets go of its rows, even when the browser keeps the page for the back button', async () => {
  const page = await signedIn();
  await runSql(page, 'select name from item where id = 10000');
  await page.getByRole('gridcell', { name: PLANTED_VALUE }).waitFor();
  await page.goto('about:blank');
  await page.goBack();
  await page.getByRole('heading', { name: 'Ask', exact: true, level: 1 }).waitFor({ state: 'attached' });
  expect(await page.content()).not.toContain(PLANTED_VALUE);
});

describe.each(['light', 'dark'] as const)('in a %s theme', (colorScheme) => {
  test('no scene has a serious or critical finding of axe, nor anything its Content-Security-Policy refuses', async () => {
    const page = await signedIn({ colorScheme });
    await clickFirstQuestion(page);
    await page.locator('figure svg').first().waitFor();
    const found: Record<string, unknown> = { answer: await findAccessibilityProblems(page) };
    for (const scene of SCENES) {
      await page.goto(server.url + scene);
      await page.waitForLoadState('networkidle');
      found[scene] = await findAccessibilityProblems(page);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    // While it still fades in, its text is paler than it will be.
    await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    found['keyboard help'] = await findAccessibilityProblems(page);
    await page.context().clearCookies();
    await page.goto(`${server.url}/sign-in`);
    await page.waitForLoadState('networkidle');
    found['sign-in'] = await findAccessibilityProblems(page);
    for (const [scene, problems] of Object.entries(found)) expect(problems, scene).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test.each([380, 2560])('at a width of %i pixels no scene scrolls sideways', async (width) => {
  const page = await signedIn({ viewport: { width, height: 800 } });
  const overflow = (): Promise<number> =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await clickFirstQuestion(page);
  await page.locator('figure svg').first().waitFor();
  const found: Record<string, number> = { answer: await overflow() };
  for (const scene of SCENES) {
    await page.goto(server.url + scene);
    await page.waitForLoadState('networkidle');
    found[scene] = await overflow();
  }
  expect(Object.entries(found).filter(([, pixels]) => pixels > 0)).toEqual([]);
});

test('the first load brings less than 400 KB of compressed script', async () => {
  const page = await signedIn();
  await page.goto('about:blank');
  let bytes = 0;
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'script')
      void request.sizes().then(({ responseBodySize }) => {
        bytes += responseBodySize;
      });
  });
  await page.context().route('**/*', (route) => route.continue());
  await page.goto(`${server.url}/ask`);
  await page.waitForLoadState('networkidle');
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(400 * 1024);
});
