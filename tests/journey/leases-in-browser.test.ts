import {
  findAccessibilityProblems,
  openBrowser,
  type RunningServer,
  startPostgres,
  startServer,
  type TestBrowser,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call } from './support/calls.ts';
import { addShop, ENDLESS, PLANTED_VALUE, type Shop, startShop } from './support/shop.ts';

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

/** A lease lives fifteen seconds: longer than that, on a machine that does much at once. */
const STEP_MS_MAX = 45_000;
const ROW = `select name from item where id = 10000`;
const LOST_TOUCH = 'This tab and the server lost touch, so its rows were taken away.';
const RIGHTS_CHANGED = 'Your rights to shop changed, so its rows were taken away.';
const SIGNED_OUT = 'You were signed out, so what this tab showed is gone from it.';

let server: RunningServer;
let shop: Shop;
/** Of the server's own tables. */
let database: TestPostgres;
let browser: TestBrowser;
/** Of the pages: errors, and what their Content-Security-Policy refused. */
const complaints: string[] = [];

beforeAll(async () => {
  [database, shop, browser] = await Promise.all([startPostgres({ tcp: true }), startShop(), openBrowser()]);
  await database.run("create role operator login createrole password 'operator'");
  await database.run('create database strongroom owner operator');
  const url = database.url({ user: 'operator', password: 'operator', database: 'strongroom' });
  server = await startServer({ env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_DATABASE_URL: url } });
  await addShop(server, shop.url);
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await Promise.all([shop[Symbol.asyncDispose](), database.stop()]);
});
beforeEach(async () => {
  complaints.length = 0;
  await call(server, 'DELETE', 'policies/shop');
  await call(server, 'POST', 'sources/shop/grants', { with: 'everyone' });
});
afterEach(async () => {
  for (const context of browser.browser.contexts()) await context.close();
  await shop.untilQuiet();
});

let invited = 0;
type Person = { readonly page: Page; readonly email: string };

/** Somebody new, at the page that asks. */
async function signedIn(options: Parameters<TestBrowser['newPage']>[0] = {}): Promise<Person> {
  const email = `person${(invited += 1)}@example.org`;
  const { body } = await call(server, 'POST', 'people', { email, name: email, role: 'viewer' });
  const page = await browser.newPage({ reducedMotion: 'reduce', ...options });
  page.setDefaultTimeout(STEP_MS_MAX);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser itself notes each refusal; those here are asked for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  await page.goto(String(body['link']));
  await page.waitForURL(`${server.url}/ask`);
  return { page, email };
}

async function runSql(page: Page, sql: string): Promise<void> {
  await page.getByRole('tab', { name: 'SQL' }).click();
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql);
  await page.getByRole('button', { name: /^Run/ }).click();
}

async function showRow(page: Page): Promise<void> {
  await runSql(page, ROW);
  await page.getByRole('gridcell', { name: PLANTED_VALUE }).waitFor();
}

/** Not by the history beside it, which has buttons of that name too. */
async function askAgain(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ask again', exact: true }).click();
}

/** The sentence is there, the row is nowhere, and nothing is wrong with the page. */
async function expectGone(page: Page, says: string): Promise<void> {
  await page.getByText(says).waitFor();
  expect(await page.getByRole('gridcell').count()).toBe(0);
  expect(await page.content()).not.toContain(PLANTED_VALUE);
  expect(await findAccessibilityProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
}

/** The heartbeats of the page come more often: its lease lives as long as this, by what the server says. */
async function hurry(page: Page, renewedForMs: number): Promise<{ beats: () => number }> {
  let beats = 0;
  await page.route(/\/api\/v1\/leases/, async (route) => {
    if (route.request().method() === 'DELETE') return route.continue();
    const response = await route.fetch();
    if (route.request().method() === 'PUT') beats += 1;
    const body = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: response.ok() ? { ...body, renewedForMs } : body });
  });
  return { beats: () => beats };
}

describe('a query that runs in the source ends there', () => {
  test('when its tab stands still while its connection goes on', async () => {
    const { page } = await signedIn();
    await runSql(page, ENDLESS);
    await shop.untilRunning();
    // Until it is answered nothing of the page runs, and the network is another process's.
    const asked = page.waitForEvent('dialog');
    const answered = page.evaluate('alert("stand still")');
    const dialog = await asked;
    await shop.untilQuiet();
    await dialog.accept();
    await answered;
    await expectGone(page, LOST_TOUCH);
  });

  test('when the browser freezes its tab, which then has no row left', async () => {
    const { page } = await signedIn();
    await runSql(page, ENDLESS);
    await shop.untilRunning();
    // A page on a screen can not be frozen; what a browser says to one before it freezes it is this.
    await page.evaluate("document.dispatchEvent(new Event('freeze'))");
    await shop.untilQuiet();
    await expectGone(page, 'The browser put this tab to sleep, so its rows are gone from it.');
  });

  test('when its heartbeats do not come through', async () => {
    const { page } = await signedIn();
    await page.route(/\/api\/v1\/leases\/./, (route) => route.abort());
    await runSql(page, ENDLESS);
    await shop.untilRunning();
    await shop.untilQuiet();
    await expectGone(page, LOST_TOUCH);
  });
});

describe.each([
  ['light', 380],
  ['dark', 1280],
] as const)('rows on the screen vanish, in a %s theme, %i pixels wide', (colorScheme, width) => {
  const looks = { colorScheme, viewport: { width, height: 800 } };

  test('when the right to them is taken back; asked again, they are denied', async () => {
    const { page } = await signedIn(looks);
    await showRow(page);
    await call(server, 'DELETE', 'sources/shop/grants', { with: 'everyone' });
    await expectGone(page, RIGHTS_CHANGED);
    await askAgain(page);
    await page.getByRole('heading', { name: 'You may not see this, or it is not there.' }).waitFor();
  });

  test('when the network is away for longer than a lease lives; once it is back they can be had again', async () => {
    const { page } = await signedIn(looks);
    await showRow(page);
    await page.context().setOffline(true);
    await expectGone(page, LOST_TOUCH);
    await page.context().setOffline(false);
    await askAgain(page);
    await page.getByRole('gridcell', { name: PLANTED_VALUE }).waitFor();
  });

  test('when the person is removed by an admin', async () => {
    const { page, email } = await signedIn(looks);
    await showRow(page);
    expect((await call(server, 'DELETE', `people/${email}`)).status).toBe(204);
    await expectGone(page, SIGNED_OUT);
    expect(page.url()).toContain('/sign-in');
  });
});

describe('rows on the screen vanish', () => {
  test('when a policy is put before their source, and asked again they are what it shows', async () => {
    const { page, email } = await signedIn();
    await showRow(page);
    const policy = `source: shop\ntables: { public.item: { grant: ['person:${email}'], columns: { mask: { name: 'null' } } } }`;
    expect((await call(server, 'POST', 'policies:apply', { policy })).status).toBe(200);
    await expectGone(page, RIGHTS_CHANGED);
    await askAgain(page);
    await page.getByRole('gridcell').first().waitFor();
    expect(await page.content()).not.toContain(PLANTED_VALUE);
  });

  test('when the person signs out in another tab of the same browser', async () => {
    const { page } = await signedIn();
    await showRow(page);
    const other = await page.context().newPage();
    await other.goto(`${server.url}/settings`);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.waitForURL(`${server.url}/sign-in`);
    await expectGone(page, SIGNED_OUT);
  });
});

test('heartbeats do not hang on the timers of the page, which come once a minute in a tab that is hidden', async () => {
  const { page } = await signedIn();
  await page.addInitScript('setInterval = () => 0');
  await page.reload();
  const { beats } = await hurry(page, 6_000);
  await showRow(page);
  await expect.poll(beats).toBeGreaterThan(6);
  await page.getByRole('gridcell', { name: PLANTED_VALUE }).waitFor();
  expect(complaints).toEqual([]);
});

test('a tab that shows nothing holds nothing, and one that is left lets go at once', async () => {
  const { page } = await signedIn();
  // What has lapsed stays in the table for a while: what is not there any more was ended.
  const leases = async (): Promise<number> => {
    await using client = await database.connect({ ...database.superuser, database: 'strongroom' });
    return (await client.query('select from strongroom.query_leases')).rowCount ?? -1;
  };
  const before = await leases();
  await runSql(page, 'select name from item where id < 0');
  await page.getByText('The query ran, and no row matched.').waitFor();
  await expect.poll(leases).toBe(before);
  await showRow(page);
  expect(await leases()).toBe(before + 1);
  await page.goto('about:blank');
  await expect.poll(leases, { timeout: 10_000 }).toBe(before);
});
