import path from 'node:path';
import { findAccessibilityProblems, openBrowser, rootFolder, type TestBrowser } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIRST_LOAD_BYTES_MAX, firstLoad } from '../scripts/first-load.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';

// The app, which `npm test` has built, in a real browser, under the policy it is served with. The real server has its own tests.

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

const dist = path.join(rootFolder, 'apps/web/dist');
let server: FakeServer;
let browser: TestBrowser;

beforeAll(async () => {
  server = await startFakeServer({ dist });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** A page that notes everything the browser complains about. */
async function open(address: string, options: Parameters<TestBrowser['newPage']>[0] = {}) {
  const page = await browser.newPage({ reducedMotion: 'reduce', ...options });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url + address);
  return { page, complaints };
}

async function ask(page: Page, question: string): Promise<void> {
  await page.fill('#question', question);
  await page.keyboard.press('Enter');
}

test('the first load is under its limit of compressed script', async () => {
  const { gzipBytes, files } = await firstLoad(dist);
  expect(files.length).toBeGreaterThan(1);
  expect(gzipBytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

const SCENES: readonly (readonly [string, string])[] = [
  ['/ask', 'My questions'],
  ['/sources', 'warehouse'],
  ['/sources/warehouse', 'Who may ask'],
  ['/catalog?table=aviation.public.flights', 'Minutes late on arrival'],
  ['/catalog/glossary', 'Less than 15 minutes late'],
  ['/catalog/file', 'Bring one back'],
  ['/people', 'Ada Moreno'],
  ['/audit', 'query.completed'],
  ['/audit/erasures', 'no key, so no certificate'],
  ['/audit/erasures/0190b3c8-0000-7000-8000-000000000077', 'Check it yourself'],
  ['/audit/erasures/0190b3c8-0000-7000-8000-000000000078', 'Pending, not final'],
  ['/settings', 'Every place that holds something'],
  ['/sign-in', 'one-time link'],
];

describe.each([
  ['light', 380],
  ['dark', 1280],
] as const)('%s, %d pixels wide', (colorScheme, width) => {
  test.each(SCENES)(
    '%s breaks no rule of the policy, is accessible and does not scroll sideways',
    async (address, text) => {
      const { page, complaints } = await open(address, { colorScheme, viewport: { width, height: 800 } });
      await page.getByText(text).first().waitFor();
      expect(await findAccessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test('an answer, its chart and its opened way break no rule and are accessible', async () => {
    const { page, complaints } = await open('/ask', { colorScheme, viewport: { width, height: 800 } });
    await ask(page, 'How many flights left each origin airport? Show the top 5');
    await page.getByRole('grid').getByText('10,934').waitFor();
    await page.locator('figure [role="img"] svg').waitFor();
    for (const summary of await page.locator('details > summary').all()) await summary.click();
    await page.getByText('your words', { exact: true }).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

test('what was sent shows each attempt, and what was held back by the name that the model was told', async () => {
  const { page, complaints } = await open('/ask', { viewport: { width: 380, height: 800 } });
  await ask(page, 'How many flights left Chicago since 3 March 2001, by a model');
  await page.getByText('your words without 2 values · 2,595 bytes to small-model, in 2 goes').waitFor();
  for (const summary of await page.locator('details > summary').all()) await summary.click();
  await page.getByText('The statement that came back was refused: it names a table or column').waitFor();
  expect(await page.getByRole('region', { name: 'Held back' }).locator('dt, dd').allInnerTexts()).toEqual([
    ':v1',
    'Chicago text',
    ':v2',
    '3 March 2001 date 2001-03-03',
  ]);
  expect(await findAccessibilityProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a question goes on from the one above it: the server is told which, and the thread stands over the answer', async () => {
  const { page, complaints } = await open('/ask');
  await ask(page, 'How many flights left each origin airport? Show the top 5');
  await page.getByRole('grid').getByText('10,934').waitFor();
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/ask'));
  await page.getByLabel('Go on from this question').fill('and by month?');
  await page.keyboard.press('Enter');
  expect((await asked).postDataJSON()).toMatchObject({
    question: 'and by month?',
    source: 'aviation',
    follows: '01a21325-ec50-718d-a657-4d6a9033a2a5',
  });
  const thread = page.getByRole('region', { name: 'The questions so far' });
  await thread.getByText('and by month?').waitFor();
  await thread.getByText('Read as “How many flights left each origin airport by month').waitFor();
  expect(await thread.getByRole('listitem').allInnerTexts()).toEqual([
    'How many flights left each origin airport? Show the top 5',
    'and by month?',
  ]);
  expect(await page.inputValue('#question')).toBe('How many flights left each origin airport? Show the top 5');
  expect(await findAccessibilityProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('SQL that a person wrote has nothing to go on from', async () => {
  const { page } = await open('/ask');
  await page.getByRole('tab', { name: 'SQL' }).click();
  await page.locator('.cm-content').waitFor();
  await page.keyboard.type('SELECT how many flights');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('grid').getByText('200,000').waitFor();
  expect(await page.getByLabel('Go on from this question').count()).toBe(0);
  await page.context().close();
});

test('what is remembered can be added, and forgotten one by one or all', async () => {
  const { page, complaints } = await open('/ask');
  await page.getByRole('tab', { name: 'Remembered' }).click();
  await page.getByRole('list', { name: 'Remembered' }).getByText('Leave out cancelled flights').waitFor();
  expect(await findAccessibilityProblems(page)).toEqual([]);
  const sent = (method: string) => page.waitForRequest((request) => request.method() === method);
  const added = sent('POST');
  await page.getByLabel('Something to remember').fill('Money in euros');
  await page.keyboard.press('Enter');
  expect((await added).postDataJSON()).toEqual({ text: 'Money in euros' });
  const removed = sent('DELETE');
  await page.getByRole('button', { name: 'Forget: Always show delays in hours' }).click();
  expect((await removed).url()).toMatch(/\/preferences\/f0$/);
  await page.getByRole('button', { name: 'Forget all' }).click();
  const emptied = sent('DELETE');
  await page.getByRole('dialog').getByRole('button', { name: 'Forget all' }).click();
  expect((await emptied).url()).toMatch(/\/preferences$/);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('rows are kept nowhere but in the memory of the tab, and leaving lets go of them', async () => {
  const { page } = await open('/ask');
  await ask(page, 'How many flights left each origin airport? Show the top 5');
  await page.getByRole('grid').getByText('10,934').waitFor();
  const kept = await page.evaluate(async () => ({
    local: localStorage.length,
    session: Object.values(sessionStorage).filter((value) => String(value).includes('10934')).length,
    databases: (await indexedDB.databases()).length,
    history: JSON.stringify(history.state).includes('10934'),
  }));
  expect(kept).toEqual({ local: 0, session: 0, databases: 0, history: false });
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide')));
  await page.getByText('You left this page, so its rows are gone from this tab.').waitFor();
  expect(await page.getByText('10,934').count()).toBe(0);
  await page.context().close();
});

test('a description is changed in its place, and Escape leaves it as it was', async () => {
  const { page, complaints } = await open('/catalog?table=aviation.public.flights');
  await page.getByRole('button', { name: 'Describe delay' }).press('Enter');
  const form = page.getByRole('form', { name: 'Describe delay' });
  expect(await form.getByLabel('Description').evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await findAccessibilityProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await form.count()).toBe(0);
  await page.getByRole('button', { name: 'Describe delay' }).press('Enter');
  await form.getByLabel('Description').fill('Minutes');
  const sent = page.waitForRequest((request) => request.method() === 'PATCH');
  await form.getByRole('button', { name: 'Save' }).press('Enter');
  expect((await sent).postDataJSON()).toEqual({ description: 'Minutes' });
  await form.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a term is found, added by keyboard with what it is about, and an empty glossary says what one is', async () => {
  const { page, complaints } = await open('/catalog/glossary');
  await page.getByLabel('Search the glossary').fill('punctual');
  expect(await page.getByRole('list', { name: 'Terms' }).getByRole('heading').allTextContents()).toEqual(['On time']);
  await page.getByRole('button', { name: 'Add a term' }).press('Enter');
  const form = page.getByRole('form', { name: 'Add a term' });
  await page.keyboard.type('Delay');
  await form.getByLabel('Definition').fill('Minutes after the time in the timetable');
  await form.getByRole('combobox', { name: 'About' }).fill('flights.delay');
  await page.getByRole('option', { name: 'aviation.public.flights.delay' }).click();
  expect(await findAccessibilityProblems(page)).toEqual([]);
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await form.getByRole('button', { name: 'Add' }).press('Enter');
  expect((await sent).postDataJSON()).toEqual({
    name: 'Delay',
    definition: 'Minutes after the time in the timetable',
    synonyms: [],
    links: ['aviation.public.flights.delay'],
  });
  await form.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await page.context().close();
  await using empty = await startFakeServer({ dist, empty: true });
  const bare = await browser.newPage();
  await bare.goto(`${empty.url}/catalog/glossary`);
  await bare.getByRole('button', { name: 'Add the first term' }).waitFor();
  await bare.context().close();
});

test('a catalog file shows what it would change before anything is written, and a wrong one its line', async () => {
  const { page, complaints } = await open('/catalog/file');
  const choose = async (text: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await (await chooser).setFiles({ name: 'a.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
  };
  await choose('source: nowhere');
  await page.getByText('Line 1 of the catalog file: there is no such source').waitFor();
  complaints.length = 0;
  await choose('source: aviation');
  await page.getByText('3 changes to aviation; nothing is written yet.').waitFor();
  expect(await findAccessibilityProblems(page)).toEqual([]);
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Write 3 changes' }).press('Enter');
  expect((await sent).postDataJSON()).toEqual({ file: 'source: aviation', dryRun: false });
  await page.getByText('3 changes written to aviation.').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).press('Enter');
  expect((await download).suggestedFilename()).toBe('aviation-catalog.yaml');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('an admin is asked before MCP clients get rows, and not before they get none', async () => {
  const { page, complaints } = await open('/settings');
  const toggle = page.getByRole('switch', { name: 'Rows to MCP clients' });
  await toggle.press('Space');
  await page.getByRole('button', { name: 'Leave it off' }).press('Enter');
  expect(await toggle.isChecked()).toBe(false);
  await toggle.press('Space');
  await page.getByRole('button', { name: 'Allow rows' }).press('Enter');
  await page.getByText('On: an MCP client gets rows').waitFor();
  await toggle.press('Space');
  await page.getByText('Off: an MCP client gets names and SQL').waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('Escape gives up a running question, and so does closing the tab', async () => {
  const { page } = await open('/ask');
  const before = server.abandoned();
  await ask(page, 'slow: show the top 5');
  await page.getByText('Waiting for the source').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('You cancelled it here').waitFor();
  await expect.poll(() => server.abandoned()).toBe(before + 1);
  await ask(page, 'slow: show the top 5');
  await page.getByText('Waiting for the source').waitFor();
  await page.close();
  await expect.poll(() => server.abandoned()).toBe(before + 2);
});

test('a question that is not understood keeps what was typed and offers the closest names', async () => {
  const { page } = await open('/ask');
  await ask(page, 'flights by carrier satisfaction');
  await page.getByRole('button', { name: 'flights.delay' }).click();
  expect(await page.inputValue('#question')).toBe('flights by carrier satisfaction delay');
  await page.context().close();
});

test('a million rows can be sorted and their last one reached by keyboard', async () => {
  const { page } = await open('/ask');
  await ask(page, 'a million rows');
  await page.getByText('1,000,000 rows').first().waitFor();
  const grid = page.getByRole('grid');
  await grid.getByRole('columnheader', { name: 'flight_id' }).getByRole('button').click();
  await grid.getByText('999999').first().waitFor();
  await grid.focus();
  await page.keyboard.press('Control+End');
  await grid.locator('[aria-rowindex="1000001"]').waitFor();
  expect(await grid.locator('[role="row"]').count()).toBeLessThan(60);
  await page.context().close();
});

test('the keyboard goes everywhere: a scene, the question, SQL and back', async () => {
  const { page } = await open('/sources');
  await page.getByText('warehouse').first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/catalog');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.waitForURL('**/ask');
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('question');
  await page.getByRole('tab', { name: 'SQL' }).click();
  await page.locator('.cm-content').waitFor();
  await page.keyboard.type('SELECT how many flights');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('grid').getByText('200,000').waitFor();
  await page.getByText('Nothing: you wrote the SQL yourself').waitFor();
  await page.context().close();
});

test('Live puts new entries above the others as they are written, and off leaves them there', async () => {
  const { page, complaints } = await open('/audit');
  const number = (row: number, text: string) =>
    page.getByRole('row').nth(row).getByText(text, { exact: true }).waitFor();
  const live = page.getByRole('button', { name: 'Live' });
  await number(1, '137');
  await live.click();
  await number(1, '139');
  await number(3, '137');
  await page.getByText('New entries appear as they are written').waitFor();
  await live.click();
  await page.getByText('New entries appear as they are written').waitFor({ state: 'detached' });
  await live.click();
  await page.getByText('New entries appear as they are written').waitFor();
  await number(1, '139');
  await number(2, '138');
  await number(3, '137');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('an entry that shows no more says why, in the list and when it is opened', async () => {
  const { page } = await open('/audit');
  const row = page.getByRole('row').filter({ hasText: 'redacted' }).first();
  await row.click();
  await page.getByRole('dialog').getByText('The key of this entry is gone').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('row').filter({ hasText: 'altered' }).first().click();
  await page.getByRole('dialog').getByText('Somebody changed this entry in the database').waitFor();
  await page.context().close();
});

test('what can not be searched for is said beside its field, and not asked for', async () => {
  const { page } = await open('/audit');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).search));
  await page.getByLabel('Action').fill('query released');
  await page.getByText('Like query.released, or query').waitFor();
  await page.getByLabel('From (your time)').fill('2026-03-02T00:00');
  await page.getByLabel('To (your time)').fill('2026-03-01T00:00');
  await page.getByText('Must be later').waitFor();
  await page.getByLabel('Action').fill('query.');
  await expect.poll(() => asked.at(-1), { timeout: 30_000 }).toContain('action=query&');
  expect(asked.filter((search) => search.includes('to=') || search.includes('released'))).toEqual([]);
  await page.context().close();
});

test('a one-time link leaves the address bar at once, and a used one says what to do', async () => {
  const { page } = await open('/sign-in#code=used');
  await page.getByText('This link was used or is too old.').waitFor();
  expect(page.url()).toBe(`${server.url}/sign-in`);
  await page.context().close();
});

test('signing out leads to the sign-in page and leaves nothing of the person on it', async () => {
  await using own = await startFakeServer({ dist });
  const page = await browser.newPage();
  await page.goto(`${own.url}/ask`);
  await ask(page, 'How many flights left each origin airport? Show the top 5');
  await page.getByRole('grid').getByText('10,934').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goBack();
  await page.waitForURL('**/sign-in');
  expect(await page.getByText('10,934').count()).toBe(0);
  await page.context().close();
});
