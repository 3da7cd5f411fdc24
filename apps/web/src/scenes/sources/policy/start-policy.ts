import type { CatalogTable } from '@strongroom/protocol';

type Start = Pick<CatalogTable, 'schema' | 'name'> & { columns: readonly { name: string; kind: string }[] };

/**
 * A policy to begin with: it names every table of the source, so that nothing changes until something in it does, and
 * shows at the first table what can be said of one.
 */
export function startPolicy(source: string, tables: readonly Start[]): string {
  const [first, ...others] = tables;
  return [
    `# Who is shown which rows and columns of ${source}.`,
    '# As it stands, whoever may query it sees all of it. A table that is not named is hidden, from admins too.',
    '# Comments help while you write; they are not kept.',
    `source: ${quoted(source)}`,
    ...(first === undefined ? ['tables: {}'] : ['tables:', ...explained(first), ...others.flatMap(open)]),
    '',
  ].join('\n');
}

function open(table: Start): string[] {
  return [`  ${quoted(`${table.schema}.${table.name}`)}:`, '    grant: [everyone]'];
}

function explained(table: Start): string[] {
  // Rows are mostly told apart by a word, and words are what is masked: two of them when there are two.
  const texts = table.columns.filter(({ kind }) => kind === 'text');
  const by = [...texts, ...table.columns].find(({ name }) => isPlain(name)) ?? null;
  const text = texts.find((column) => column !== by) ?? texts[0] ?? null;
  const denied = table.columns.findLast((column) => column !== by && column !== text) ?? null;
  return [
    ...open(table),
    '    # Instead of everyone: [team:finance, person:bo@example.com]',
    ...(denied === null && text === null ? [] : ['    # columns:']),
    ...(denied === null ? [] : [`    #   deny: [${quoted(denied.name)}]`]),
    ...(text === null ? [] : [`    #   mask: { ${quoted(text.name)}: partial }  # or pseudonym, or null`]),
    ...(by === null ? [] : [`    # filter: "${by.name} = {{user.attributes.${by.name}}}"`]),
  ];
}

function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name);
}

/** Words that YAML reads as something else than text, and signs that it reads at all. */
function quoted(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && !/^(null|true|false|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
