import type { Command } from 'commander';
import { append, group, run, verb } from './verbs.ts';

/** Tables, columns and what people wrote about them. */
export function addCatalog(program: Command): void {
  const catalog = group(program, 'catalog', 'Names, types, keys and what people wrote about them');
  verb(catalog, 'search <words>', 'Tables and columns by name, description or tag').action(
    (words: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/catalog/search.ts')).search(session, words)),
  );
  verb(catalog, 'show <table>', 'A table by its name source.schema.table').action(
    (table: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/catalog/show.ts')).show(session, table)),
  );
  verb(catalog, 'describe <resource> <text>', 'Say what a table or column means; an empty text takes it back').action(
    (resource: string, text: string, _: object, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/catalog/annotate.ts')).describe(session, resource, text),
      ),
  );
  verb(catalog, 'tag <resource> [tags...]', 'Set its tags to exactly these').action(
    (resource: string, tags: string[], _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/catalog/annotate.ts')).tag(session, resource, tags)),
  );
  verb(catalog, 'own <resource> <person>', 'Name its owner; `nobody` takes that back').action(
    (resource: string, person: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/catalog/annotate.ts')).own(session, resource, person)),
  );
  verb(catalog, 'export <source>', 'Print what people wrote about it as YAML; `import` takes it').action(
    (source: string, _: object, command: Command) =>
      run(command, async (session) => (await import('./commands/catalog/export.ts')).exportCatalog(session, source)),
  );
  verb(catalog, 'import <file>', 'Write what such a file says, all of it or nothing; `-` reads standard input')
    .option('--dry-run', 'only say what would change')
    .action((file: string, options: { dryRun?: true }, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/catalog/import.ts')).importCatalog(session, file, options),
      ),
    );
  const glossary = group(catalog, 'glossary', 'What words mean here');
  verb(glossary, 'list', 'Terms you may see').action((_: object, command: Command) =>
    run(command, async (session) => (await import('./commands/catalog/glossary.ts')).list(session)),
  );
  verb(glossary, 'set <term> <definition>', 'Add a term, or change it; without --link everybody sees a new one')
    .option('--synonym <synonym>', 'another word for it; may be repeated', append)
    .option('--link <resource>', 'a table or column it is about; may be repeated', append)
    .action((term: string, definition: string, options: { synonym?: string[]; link?: string[] }, command: Command) =>
      run(command, async (session) =>
        (await import('./commands/catalog/glossary.ts')).set(session, term, definition, options),
      ),
    );
  verb(glossary, 'remove <term>', 'Remove a term, for everybody').action((term: string, _: object, command: Command) =>
    run(command, async (session) => (await import('./commands/catalog/glossary.ts')).remove(session, term)),
  );
}
