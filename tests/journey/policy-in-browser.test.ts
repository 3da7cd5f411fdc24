import {
  findAccessibilityProblems,
  openBrowser,
  type RunningServer,
  startPostgres,
  startServer,
  type TestBrowser,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call } from './support/calls.ts';

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

const STEP_MS_MAX = 15_000;
const WORLD = `
  create role reader login password 'secret';
  create table staff (id int primary key, team text, name text, email text, salary int);
  insert into staff values (1, 'red', 'Ann', 'ann@red.example', 10), (2, 'blue', 'Bo', 'bo@blue.example', 20),
    (3, 'red', 'Cy', 'cy@red.example', 30);
  create table pay (id int, amount int);
  insert into pay values (1, 1);
  grant select on staff, pay to reader;
`;
const POLICY = `source: people
tables:
  public.staff:
    grant: [person:ann@example.org, person:admin@localhost]
    columns:
      deny: [salary]
      mask: { email: partial }
    filter: "team = {{user.attributes.team}}"
`;

let server: RunningServer;
let postgres: TestPostgres;
let browser: TestBrowser;
let admin: Page;
let ann: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [server, postgres, browser] = await Promise.all([
    startServer({ env: { STRONGROOM_SAMPLE: 'off' } }),
    startPostgres({ tcp: true }),
    openBrowser(),
  ]);
  await postgres.run(WORLD);
  const url = postgres.url({ user: 'reader', password: 'secret' });
  expect(await call(server, 'POST', 'sources', { name: 'people', url })).toMatchObject({ status: 200 });
  await call(server, 'POST', 'sources/people/grants', { with: 'everyone' });
  const invited = await call(server, 'POST', 'people', { email: 'ann@example.org', name: 'Ann', role: 'viewer' });
  ann = await openWith(String(invited.body['link']));
  admin = await openWith(String((await call(server, 'POST', 'sign-in-links', {})).body['link']));
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await postgres.stop();
});
beforeEach(() => {
  complaints.length = 0;
});

async function openWith(link: string): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  page.setDefaultTimeout(STEP_MS_MAX);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser itself notes each refusal; those here are asked for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  await page.goto(link);
  await page.waitForURL(`${server.url}/ask`);
  return page;
}

async function runSql(page: Page, sql: string): Promise<void> {
  await page.goto(`${server.url}/ask`);
  await page.getByRole('tab', { name: 'SQL' }).click();
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql);
  await page.getByRole('button', { name: /^Run/ }).click();
}

const editor = () => admin.getByRole('textbox', { name: 'Policy of people' });

async function check(sql: string): Promise<void> {
  const part = admin.getByRole('region', { name: 'Check as somebody' });
  await part.getByRole('combobox', { name: 'Person' }).click();
  await admin.getByRole('option', { name: /^Ann/ }).click();
  await part.getByRole('textbox', { name: 'SQL' }).fill(sql);
  await part.getByRole('button', { name: 'Check', exact: true }).click();
}

test('an admin gives a person attributes, changes them and takes one away', async () => {
  await admin.goto(`${server.url}/people`);
  await admin.getByRole('button', { name: 'Add attributes for Ann' }).press('Enter');
  const dialog = admin.getByRole('dialog', { name: 'Attributes of Ann' });
  await dialog.getByText('What row filters may ask of this person').waitFor();
  await admin.keyboard.type('team');
  await admin.keyboard.press('Tab');
  await admin.keyboard.type('blue');
  await dialog.getByRole('button', { name: 'Add another' }).click();
  await dialog.getByLabel('Name of attribute 2').fill('team');
  await dialog.getByText('team is there already').waitFor();
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  expect(await findAccessibilityProblems(admin)).toEqual([]);
  await dialog.getByLabel('Name of attribute 2').fill('desk');
  await dialog.getByLabel('Value of attribute 2').fill('4');
  await admin.keyboard.press('Enter');
  await admin.getByRole('button', { name: 'team=blue, desk=4: attributes of Ann' }).click();
  await dialog.getByLabel('Value of attribute 1').fill('red');
  await dialog.getByRole('button', { name: 'Remove attribute desk' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await admin.getByRole('button', { name: 'team=red: attributes of Ann' }).waitFor();
  expect((await call(server, 'GET', 'people')).body['people']).toContainEqual(
    expect.objectContaining({ name: 'Ann', attributes: { team: 'red' } }),
  );
  expect(complaints).toEqual([]);
});

test('a policy is begun from the tables that are there, which changes nothing until something in it does', async () => {
  await admin.goto(`${server.url}/sources/people`);
  await admin.getByText('There is none: whoever may query people sees all of it.').waitFor();
  await admin.getByRole('button', { name: 'Write a policy' }).click();
  await editor().getByText('public.staff:').waitFor();
  await editor().getByText('public.pay:').waitFor();
  await admin.getByRole('button', { name: 'Apply' }).click();
  await admin.getByText('people see what it grants them of 2 tables').waitFor();
  await runSql(ann, 'select * from staff');
  await ann.getByText('3 rows').first().waitFor();
  expect(await ann.getByText('rows filtered for you').count()).toBe(0);
});

test('a wrong line is marked with the reason, and what was typed stays', async () => {
  await admin.getByRole('button', { name: 'Change' }).click();
  const wrong = POLICY.replace('deny: [salary]', 'deny: [gone]');
  await editor().fill(wrong);
  await admin.getByRole('button', { name: 'Apply' }).click();
  await admin.getByText('Line 6 is wrong.').waitFor();
  await editor().getByText('The table has no column gone.').waitFor();
  expect(await editor().locator('.cm-mistaken').textContent()).toContain('deny: [gone]');
  expect(await editor().locator('.cm-line').allTextContents()).toEqual(wrong.split('\n'));
  expect(await findAccessibilityProblems(admin)).toEqual([]);
  expect((await call(server, 'GET', 'policies/people')).body['policy']).not.toContain('gone');
  await admin.keyboard.press('Backspace');
  await admin.getByText('Line 6 is wrong.').waitFor({ state: 'detached' });
  await editor().fill('source: elsewhere\ntables: {}\n');
  await admin.getByRole('button', { name: 'Apply' }).click();
  await editor().getByText('This is the page of people').waitFor();
});

test('a policy is checked as somebody before it is applied: what would run, which rules, or that they are denied', async () => {
  await editor().fill(POLICY);
  await check('select * from staff');
  const result = admin.getByRole('region', { name: 'Check as somebody' }).getByRole('status');
  await result.getByText('Nothing was run.').waitFor();
  await result.getByText('For Ann: rows filtered, 1 column masked.').waitFor();
  const rules = await result.getByRole('list', { name: 'By the policy of the source' }).getByRole('listitem').all();
  expect(await Promise.all(rules.map((rule) => rule.textContent()))).toEqual([
    'Rows of public.staff filtered',
    'public.staff.email masked: partial',
  ]);
  expect(await result.getByLabel('SQL run, compared with SQL asked').locator('ins').allTextContents()).toContainEqual(
    expect.stringContaining("team = 'red'"),
  );
  await result.getByText('Columns that would come back: id, team, name, email').waitFor();
  expect(await findAccessibilityProblems(admin)).toEqual([]);
  await check('select salary from staff');
  await result.getByText('Ann would be denied. Nothing was run.').waitFor();
  // What is only checked holds for nobody.
  await runSql(ann, 'select salary from staff');
  await ann.getByText('3 rows').first().waitFor();
});

test('applied, another person sees fewer rows and is told which filter, mask or refusal stands before them', async () => {
  await admin.getByRole('button', { name: 'Apply' }).click();
  await admin.getByText('Applied: public.staff changed, public.pay taken out.').waitFor();
  await admin.getByText('It holds from the next query on.').waitFor();
  await admin.getByLabel('Policy of people').getByText('email: partial').waitFor();

  await runSql(ann, 'select id, email from staff order by id');
  await ann.getByText('rows filtered for you').waitFor();
  await ann.getByRole('gridcell').first().waitFor();
  expect(await ann.getByRole('gridcell').allTextContents()).toEqual(['1', 'a***@red.example', '3', 'c***@red.example']);
  const ran = ann.locator('summary', { hasText: 'SQL run' });
  expect(await ran.textContent()).toContain('rows filtered, 1 column masked');
  await ran.click();
  await ann.getByText('Rows of public.staff filtered').waitFor();

  await runSql(ann, 'select id from staff where id = 2');
  await ann.getByText('Nothing came back, and a row filter applied to you.').waitFor();
  expect(await ann.getByText('no row matched').count()).toBe(0);
  await runSql(ann, 'select id from staff where id = 2 and false');
  await ann.getByText('There may be rows that you are not shown').waitFor();

  for (const sql of ['select salary from staff', 'select id from pay', 'select id from nowhere']) {
    await runSql(ann, sql);
    await ann.getByRole('heading', { name: 'You may not see this, or it is not there.' }).waitFor();
    expect(await ann.getByText('no row matched').count()).toBe(0);
  }
  expect(await findAccessibilityProblems(ann)).toEqual([]);
});

test('a policy that no longer fits its tables is said so, and not as if there were no data', async () => {
  await postgres.run('alter table staff rename column team to squad');
  await call(server, 'POST', 'sources/people:refresh', {});
  await runSql(ann, 'select id from staff');
  await ann.getByRole('heading', { name: 'The policy of this source no longer fits its tables.' }).waitFor();
  await postgres.run('alter table staff rename column squad to team');
  await call(server, 'POST', 'sources/people:refresh', {});
});

test('taken back, whoever may query the source sees all of it again, which is said before', async () => {
  await admin.getByRole('button', { name: 'Take it back' }).click();
  const dialog = admin.getByRole('dialog', { name: 'Take back the policy of people?' });
  await dialog.getByText('sees every row and every column of it').waitFor();
  await dialog.getByRole('button', { name: 'Take it back' }).click();
  await admin.getByRole('button', { name: 'Write a policy' }).waitFor();
  await runSql(ann, 'select salary from staff');
  await ann.getByText('3 rows').first().waitFor();
  expect(complaints).toEqual([]);
});

test('the switch stops all SQL after a question, and others read how it is turned', async () => {
  await ann.goto(`${server.url}/settings`);
  await ann.getByText('On: SQL runs in this workspace.').waitFor();
  expect(await ann.getByRole('switch').count()).toBe(0);
  await admin.goto(`${server.url}/settings`);
  const toggle = admin.getByRole('switch', { name: 'Run SQL' });
  await toggle.press('Space');
  const dialog = admin.getByRole('dialog', { name: 'Turn off SQL in this workspace?' });
  await dialog.getByRole('button', { name: 'Leave it on' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await toggle.isChecked()).toBe(true);
  await toggle.press('Space');
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await admin.getByText('Off: nothing runs in this workspace, for anybody.').waitFor();
  expect(await findAccessibilityProblems(admin)).toEqual([]);

  await runSql(ann, 'select id from staff');
  await ann.getByRole('heading', { name: 'SQL is turned off in this workspace.' }).waitFor();
  await ann.goto(`${server.url}/settings`);
  await ann.getByText('Off: an admin has stopped all SQL').waitFor();

  await toggle.press('Space');
  await admin.getByText('On: SQL runs in this workspace.').waitFor();
  await runSql(ann, 'select id from staff');
  await ann.getByText('3 rows').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a right that changes while SQL runs stops it, and is said so', async () => {
  await call(server, 'POST', 'policies:apply', { policy: POLICY });
  await runSql(ann, 'select count(*) from staff, generate_series(1, 1000000) a, generate_series(1, 1000000) b');
  await ann.getByText('Waiting for the source').waitFor();
  await call(server, 'PUT', 'people/ann@example.org/attributes', { attributes: { team: 'blue' } });
  await ann.getByRole('heading', { name: 'What you may see changed while this ran.' }).waitFor();
  await ann.getByRole('button', { name: 'Ask again', exact: true }).waitFor();
});
