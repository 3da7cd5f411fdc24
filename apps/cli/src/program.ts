import { Command } from 'commander';
import { addCanaries } from './add-canaries.ts';
import { addCatalog } from './add-catalog.ts';
import { addGateway } from './add-gateway.ts';
import { addLifecycle } from './add-lifecycle.ts';
import { addMemory } from './add-memory.ts';
import { addPolicy } from './add-policy.ts';
import { addVault } from './add-vault.ts';
import type { LedgerFilter } from './commands/ledger/filter.ts';
import type { LedgerOptions } from './commands/ledger/list.ts';
import type { WitnessOptions } from './commands/witness/run.ts';
import { append, group, offline, oneOf, portNumber, position, run, verb, wholeNumber } from './verbs.ts';

/** Every command there is. A command's code is loaded when it runs, so that starting stays fast. */
export function buildProgram(): Command {
  const program = new Command('strongroom').description(
    "Ask your company's data questions; rows stay where they live.",
  );
  program.exitOverride().showHelpAfterError('(--help shows how)').helpCommand(false);
  addQuestions(program);
  addMemory(program);
  addSources(program);
  addCatalog(program);
  addPolicy(program);
  addPeople(program);
  addTokens(program);
  addGateway(program);
  addLedger(program);
  addLifecycle(program);
  addCanaries(program);
  addVault(program);
  addVerify(program);
  addWitness(program);
  return program;
}

function addQuestions(program: Command): void {
  verb(program, 'ask <question>', 'Ask in plain language')
    .option('--source <name>', 'ask only this source')
    .option(
      '--follows <id>',
      'go on from an earlier question of yours, by its id in `questions list`; `last`: the latest',
    )
    .action((question: string, options: { source?: string; follows?: string }, command: Command) =>
      run(command, async (session) => (await import('./commands/assistant/ask.ts')).ask(session, question, options)),
    );
  verb(program, 'query <sql>', 'Run one SELECT; `-` reads it from standard input')
    .requiredOption('--source <name>', 'where to run it')
    .option('--limit <rows>', 'at most so many rows', wholeNumber)
    .action((sql: string, options: { source: string; limit?: number }, command: Command) =>
      run(command, async (session) => (await import('./commands/query/run.ts')).runQuery(session, sql, options)),
    );
}

function addSources(program: Command): void {
  const sources = group(program, 'sources', 'Where questions are answered from');
  const add = group(sources, 'add', 'Connect a database or upload a file');
  for (const [engine, title] of [
    ['postgres', 'PostgreSQL'],
    ['mariadb', 'MariaDB'],
  ] as const)
    verb(add, `${engine} <name>`, `Connect a ${title}`)
      .requiredOption(
        '--url <url>',
        `${engine}://user@host/database; \`-\` reads it from standard input, for one with a password`,
      )
      .action((name: string, options: { url: string }, command: Command) =>
        run(command, async (session) =>
          (await import('./commands/sources/add-database.ts')).addDatabase(session, engine, name, options),
        ),
      );
  verb(add, 'file <name> <path>', 'Upload a CSV, TSV, JSON or Parquet file')
    .option('--header', 'CSV and TSV: the first line holds the column names')
    .option('--no-header', 'CSV and TSV: it does not')
    .action((name: string, path: string, options: { header?: boolean }, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/sources/add-file.ts')).addFile(session, name, path, options),
      ),
    );
  verb(sources, 'list', 'Sources you may see').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/sources/list.ts')).list(session)),
  );
  verb(sources, 'show <name>', 'One source, and what its role could do that it should not').action(
    (name: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/sources/show.ts')).show(session, name)),
  );
  verb(sources, 'refresh <name>', 'Read its tables and columns again').action(
    (name: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/sources/refresh.ts')).refresh(session, name)),
  );
  verb(sources, 'remove <name>', 'Forget it and all that is kept about it').action(
    (name: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/sources/remove.ts')).remove(session, name)),
  );
  verb(program, 'share <source>', 'Let somebody query a source')
    .requiredOption('--with <whom>', 'everyone, person:EMAIL or team:NAME')
    .action((source: string, options: { with: string }, command: Command) =>
      run(command, async (session) => (await import('./commands/sources/share.ts')).share(session, source, options)),
    );
  verb(program, 'unshare <source>', 'Take that back')
    .requiredOption('--with <whom>', 'everyone, person:EMAIL or team:NAME')
    .action((source: string, options: { with: string }, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/sources/unshare.ts')).unshare(session, source, options),
      ),
    );
}

function addPeople(program: Command): void {
  verb(program, 'sign-in', 'Print a fresh one-time sign-in link')
    .option(
      '--person <person>',
      'for somebody else (admins); if they have signed in before, it opens nothing of their own',
    )
    .action((options: { person?: string }, command: Command) =>
      run(command, async (session) => (await import('./commands/sign-in/link.ts')).link(session, options)),
    );
  const people = group(program, 'people', 'Who may come in');
  verb(people, 'invite <email>', 'Invite somebody; prints a sign-in link for them (evaluation only)')
    .option('--name <name>')
    .option('--role <role>', 'admin, editor or viewer', oneOf('admin', 'editor', 'viewer'), 'viewer')
    .action((email: string, options: { name?: string; role: string }, command: Command) =>
      run(command, async (session) => (await import('./commands/people/invite.ts')).invite(session, email, options)),
    );
  verb(people, 'list', 'Everybody here').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/people/list.ts')).list(session)),
  );
  verb(people, 'role <person>', 'Change what somebody may do')
    .argument('<role>', 'admin, editor or viewer', oneOf('admin', 'editor', 'viewer'))
    .action((person: string, role: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/people/role.ts')).changeRole(session, person, role)),
    );
  verb(people, 'remove <person>', 'End their sessions and tokens and remove them').action(
    (person: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/people/remove.ts')).remove(session, person)),
  );
  verb(
    people,
    'attributes <person> [pairs...]',
    'Set what row filters may ask of somebody, as name=value; all of it anew',
  ).action((person: string, pairs: string[], _: object, command: Command) =>
    run(command, async (session) =>
      (await import('./commands/people/attributes.ts')).setAttributes(session, person, pairs),
    ),
  );
  const teams = group(program, 'teams', 'People that things are shared with together');
  verb(teams, 'list', 'All teams').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/teams/list.ts')).list(session)),
  );
  verb(teams, 'add <name>', 'Make a team').action((name: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/teams/change.ts')).add(session, name)),
  );
  verb(teams, 'remove <name>', 'Dissolve a team').action((name: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/teams/change.ts')).remove(session, name)),
  );
  verb(teams, 'add-member <team> <person>', 'Put somebody into a team').action(
    (team: string, person: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/teams/members.ts')).addMember(session, team, person)),
  );
  verb(teams, 'remove-member <team> <person>', 'Take somebody out of it').action(
    (team: string, person: string, _: object, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/teams/members.ts')).removeMember(session, team, person),
      ),
  );
}

function addTokens(program: Command): void {
  const token = group(program, 'token', 'Secrets for scripts');
  verb(token, 'create', 'Make one; it is printed once')
    .option('--person <person>', 'acts with the rights of this person, but opens nothing that is theirs alone')
    .option('--name <name>')
    .option('--scope <scope...>', 'only for these')
    .option('--days <days>', 'how long it works', wholeNumber)
    .action((options: { person?: string; name?: string; scope?: string[]; days?: number }, command: Command) =>
      run(command, async (session) => (await import('./commands/token/create.ts')).create(session, options)),
    );
  verb(token, 'list', 'Tokens you may see').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/token/list.ts')).list(session)),
  );
  verb(token, 'revoke <id>', 'It stops working at once').action((id: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/token/revoke.ts')).revoke(session, id)),
  );
}

function addLedger(program: Command): void {
  const ledger = group(program, 'ledger', 'The audit log');
  verb(ledger, 'status', 'How far it is signed and witnessed, and its public key')
    .option(...installation)
    .action((options: Installation, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/status.ts')).status(session, options)),
    );
  verb(ledger, 'show <id>', 'One entry, by the id that a receipt names').action(
    (id: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/show.ts')).show(session, id)),
  );
  withTimes(verb(ledger, 'list', 'Its latest entries'))
    .option('--limit <entries>', 'how many', wholeNumber)
    .option('--before <position>', 'older than this one', wholeNumber)
    .option(...installation)
    .action(({ json: _, ...options }: Json & Installation & LedgerOptions, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/list.ts')).list(session, options)),
    );
  withTimes(verb(ledger, 'export <file>', 'All of it, with what is needed to verify it anywhere'))
    .option('--plain', 'entries to read instead, one line of JSON each: all, or those that the other options name')
    .option(...installation)
    .action((file: string, { json: _, ...options }: Json & ExportOptions, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/export.ts')).exportTo(session, file, options)),
    );
  withFilter(verb(ledger, 'tail', 'Its entries as they come, until you stop it'))
    .option('--after <position>', 'first all that came after this one; 0: all there are', position)
    .action(({ json: _, ...options }: Json & LedgerFilter & { after?: number }, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/tail.ts')).tail(session, options)),
    );
  verb(ledger, 'prove <id>', 'That one entry is in it; `verify receipt` checks what this prints')
    .option(...installation)
    .action((id: string, options: Installation, command: Command) =>
      run(command, async (session) => (await import('./commands/ledger/prove.ts')).prove(session, id, options)),
    );
  withKnown(verb(ledger, 'verify', 'Check all of it here, entry by entry')).action((options: Known, command: Command) =>
    run(command, async (session) => (await import('./commands/ledger/verify.ts')).verify(session, options)),
  );
}

type Json = { json?: true };
type ExportOptions = LedgerFilter & Installation & { plain?: true };
type Installation = { installation?: true };
const installation = [
  '--installation',
  'of the installation’s own log instead: starts, workspaces, the root key',
] as const;

/** Which entries; several options together find what all of them do. */
function withFilter(command: Command): Command {
  return command
    .option('--action <action>', 'e.g. query.released, or query')
    .option('--actor <person>', 'who did it, by email address or id')
    .option('--session <id>', 'of a browser or a token')
    .option('--address <address>', 'where it came from')
    .option('--request-id <id>')
    .option('--resource <name>', 'what it was done to, or anything below it')
    .option('--allowed <allowed>', 'true or false', oneOf('true', 'false'))
    .option('--reason <reason>', 'why, in full')
    .option('--outcome <outcome>', 'begun, done, refused or failed', oneOf('begun', 'done', 'refused', 'failed'));
}

function withTimes(command: Command): Command {
  return withFilter(command)
    .option('--from <instant>', 'from this time on, e.g. 2026-03-01T08:00:00Z')
    .option('--to <instant>', 'before this time');
}

/** What whoever verifies knows without the server. */
type Known = {
  readonly key?: string;
  readonly checkpoint?: string[];
  readonly promises?: string[];
  readonly witness?: string[];
};

function withKnown(command: Command): Command {
  return command
    .option('--key <key>', 'the public key of the log, as you noted it: name+id+base64')
    .option('--checkpoint <file>', 'a checkpoint you kept; may be given several times', append)
    .option('--promises <file>', 'promises you kept (STRONGROOM_PROMISES): the log must hold each', append)
    .option('--witness <key>', 'public key of a witness that must have signed it; may be given several times', append);
}

function addVerify(program: Command): void {
  const verify = group(program, 'verify', 'Check a file, without any server');
  for (const [kind, description] of [
    ['ledger', 'An export of the audit log'],
    ['receipt', 'What `ledger prove` or `questions receipt` printed'],
    ['certificate', 'What an erasure left: that the keys of what was erased are destroyed'],
  ] as const)
    withKnown(verb(verify, `${kind} <file>`, description)).action((file: string, options: Known, command: Command) =>
      offline(command, async (desk) => (await import('./commands/verify/file.ts')).file(desk, kind, file, options)),
    );
}

function addWitness(program: Command): void {
  verb(program, 'witness', 'Run a witness: it signs the checkpoints of logs you name, each only as long as it grew')
    .requiredOption('--log <key>', 'public key of a log; may be given several times', append)
    .requiredOption('--name <name>', 'how it signs, e.g. witness.example.com')
    .option('--folder <folder>', 'where it keeps its key and what it signed last', 'witness')
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--port <port>', '0: any free one', portNumber, 7601)
    .action((options: WitnessOptions, command: Command) =>
      offline(command, async (desk) => (await import('./commands/witness/run.ts')).runWitness(desk, options)),
    );
}
