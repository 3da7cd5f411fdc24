import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findAccessibilityProblems,
  openBrowser,
  runCli,
  type RunningServer,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestBrowser,
} from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call } from './support/calls.ts';
import { signIn } from './support/sign-in.ts';

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

const STEP_MS_MAX = 15_000;

let server: RunningServer;
let browser: TestBrowser;
let folder: TemporaryFolder;
const complaints: string[] = [];

beforeAll(async () => {
  [server, browser, folder] = await Promise.all([
    startServer({ env: { STRONGROOM_SAMPLE: 'off' } }),
    openBrowser(),
    temporaryFolder('erasure-in-browser'),
  ]);
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(() => {
  complaints.length = 0;
});

async function openWith(link: string, options: Parameters<TestBrowser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(STEP_MS_MAX);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || /content.security.policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(link);
  await page.waitForURL(`${server.url}/ask`);
  return page;
}

async function asAdmin(options: Parameters<TestBrowser['newPage']>[0] = {}): Promise<Page> {
  const { body } = await call(server, 'POST', 'sign-in-links', {});
  return openWith(String(body['link']), options);
}

async function invite(email: string, name: string): Promise<string> {
  const { body } = await call(server, 'POST', 'people', { email, name, role: 'viewer' });
  return String(body['link']);
}

/** Somebody who has asked something and gone. */
async function inviteAndAsk(email: string, name: string): Promise<void> {
  const person = await signIn(server, await invite(email, name));
  await person.call('POST', 'ask', { question: 'How many ships are there?' });
}

async function save(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const file = join(folder.path, download.suggestedFilename());
  await download.saveAs(file);
  return file;
}

const verify = (file: string) =>
  runCli(['verify', 'certificate', file], { env: { STRONGROOM_HOME: join(folder.path, 'nowhere') }, cwd: folder.path });

/** Types the name in the dialog, by keyboard alone, and leads to the page of the certificate. */
async function confirmErasure(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByText('What goes').waitFor();
  expect(await dialog.getByRole('button', { name: 'Erase' }).isDisabled()).toBe(true);
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/audit\/erasures\/[0-9a-f-]{36}$/);
}

test('a person is erased in the browser, and the certificate that is downloaded there verifies without the server', async () => {
  await inviteAndAsk('carl@example.com', 'Carl Ames');
  const page = await asAdmin();
  await page.goto(`${server.url}/people`);
  await page.getByRole('button', { name: 'Erase Carl Ames' }).press('Enter');
  await page.getByRole('dialog', { name: 'Erase Carl Ames?' }).waitFor();
  expect(await findAccessibilityProblems(page)).toEqual([]);
  await confirmErasure(page, 'carl@example.com');

  await page.getByText('Final', { exact: true }).first().waitFor();
  await page.getByText('by admin@localhost').waitFor();
  expect(await page.content()).not.toContain('carl@example.com');
  let answered: Buffer = Buffer.alloc(0);
  await page.route('**/api/v1/erasures/*', async (route) => {
    const response = await route.fetch();
    answered = await response.body();
    await route.fulfill({ response, body: answered });
  });
  await page.reload();
  const file = await save(page, 'Download certificate');
  expect((await readFile(file)).equals(answered)).toBe(true);
  const command = await page.getByText(/^strongroom verify certificate erasure-/).textContent();
  expect(file.endsWith(String(command).split(' ').at(-1) ?? '?')).toBe(true);
  const { code, stdout } = await verify(file);
  expect({ code, begins: stdout.slice(0, 2) }).toEqual({ code: 0, begins: 'OK' });

  await page.getByRole('link', { name: 'All erasures' }).click();
  await page.getByRole('row').filter({ hasText: 'final' }).getByRole('link', { name: 'Person' }).waitFor();
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByText('admin@localhost').waitFor();
  expect(await page.getByText('carl@example.com').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a certificate prints as one page, without what is there to click', async () => {
  await inviteAndAsk('cleo@example.com', 'Cleo');
  const page = await asAdmin({ colorScheme: 'dark' });
  await page.goto(`${server.url}/people`);
  await page.getByRole('button', { name: 'Erase Cleo' }).click();
  await confirmErasure(page, 'cleo@example.com');
  await page.getByRole('heading', { name: 'What the audit log shows' }).waitFor();
  const pages = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page[^s]/g);
  expect(pages).toHaveLength(1);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation').count()).toBe(0);
  expect(await page.getByRole('button').count()).toBe(0);
});

test('what was typed stays when an erasure is refused', async () => {
  await invite('dora@example.com', 'Dora');
  const page = await asAdmin();
  await page.goto(`${server.url}/people`);
  await page.getByRole('button', { name: 'Erase Dora' }).click();
  await call(server, 'POST', 'people/dora@example.com:erase', {});
  await page.getByLabel(/^Type .* to confirm/).fill('dora@example.com');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await page.getByLabel(/^Type .* to confirm/).inputValue()).toBe('dora@example.com');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('a source is erased from its page', async () => {
  await writeFile(join(folder.path, 'cities.csv'), 'city,people\nPorto,5\n');
  const args = ['sources', 'add', 'file', 'cities', join(folder.path, 'cities.csv'), '--header'];
  expect(await runCli(args, { env: { STRONGROOM_HOME: server.home } })).toMatchObject({ code: 0 });
  const page = await asAdmin();
  await page.goto(`${server.url}/sources/cities`);
  await page.getByRole('button', { name: 'Erase cities' }).click();
  await confirmErasure(page, 'cities');
  await page.getByRole('heading', { name: 'Erasure of a source' }).waitFor();
  expect(await verify(await save(page, 'Download certificate'))).toMatchObject({ code: 0 });
  await page.goto(`${server.url}/sources`);
  await page.getByText('Connect a database through a role').waitFor();
});

test('who forgets a question gets its certificate, and keeps it although the audit log is closed to them', async () => {
  const page = await openWith(await invite('eve@example.com', 'Eve'));
  await page.getByRole('textbox', { name: 'Your question' }).fill('How many planted moons are there?');
  await page.keyboard.press('Enter');
  const forget = page.getByRole('button', { name: /^Forget: How many planted moons/ });
  await forget.waitFor({ state: 'attached' });
  await forget.press('Enter');
  await page.getByRole('link', { name: 'See its certificate' }).click();
  await page.getByText('Pending, not final', { exact: true }).waitFor();
  await page.getByText('Download it now').waitFor();
  expect(await findAccessibilityProblems(page)).toEqual([]);
  const { code, stdout } = await verify(await save(page, 'Download certificate'));
  expect({ code, begins: stdout.slice(0, 7) }).toEqual({ code: 0, begins: 'PENDING' });
  await page.reload();
  await page.getByText('A certificate is shown once').waitFor();
});

test('settings show what is kept about a person and give it to them, and keep the keys to admins', async () => {
  const page = await openWith(await invite('fay@example.com', 'Fay'));
  await page.goto(`${server.url}/settings`);
  const table = page.getByRole('table', { name: 'What is kept about you' });
  await table.getByText('What a person asked', { exact: false }).waitFor();
  expect(await page.getByRole('heading', { name: 'Keys' }).count()).toBe(0);
  const zip = await readFile(await save(page, 'Download all of mine'));
  expect(zip.includes('account.json')).toBe(true);
  expect(await findAccessibilityProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('an admin rehearses, rotates the workspace key, and finishes what is pending', async () => {
  await inviteAndAsk('gil@example.com', 'Gil');
  await call(server, 'POST', 'people/gil@example.com:erase', { when: 'later' });
  const page = await asAdmin();
  await page.goto(`${server.url}/settings#keys`);
  const keys = page.getByRole('region', { name: 'Keys' });
  await keys.getByText(/\d+ destructions? pending/).waitFor();
  await keys.getByRole('button', { name: 'Rehearse' }).press('Enter');
  await keys.getByText(/^\d+ keys opened in \d+\.\d\d s; none is damaged\.$/).waitFor();
  await keys.getByRole('button', { name: 'Rotate workspace key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await keys.getByText('Workspace key No. 2 wraps every data key; the one before is gone.').waitFor();
  await keys.getByRole('button', { name: 'Finish erasures now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Finish now' }).click();
  await keys.getByText('every destruction is final').waitFor();
  expect(await keys.getByRole('button', { name: 'Finish erasures now' }).isDisabled()).toBe(true);
  expect((await call(server, 'GET', 'vault')).body).toMatchObject({ keyVersion: 2, pending: { count: 0 } });
  expect(complaints).toEqual([]);
});
