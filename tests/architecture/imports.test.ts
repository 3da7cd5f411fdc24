import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFolder, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { plant } from './plant.ts';
import { runTool } from './run-tool.ts';

// A small house of the same shape, so that what is planted in it breaks one rule each.
const CAPABILITIES = [
  'ledger',
  'vault',
  'canaries',
  'identity',
  'access',
  'files',
  'sources',
  'catalog',
  'query',
  'egress',
  'assistant',
  'mcp',
  'gateway',
  'lifecycle',
];
const PACKAGES = ['protocol', 'keyring', 'merkle-log', 'local-cluster', 'connectors', 'sql-guard', 'testkit'];
const OUTSIDE = [
  'zod',
  'pg',
  'undici',
  '@duckdb/node-api',
  'libpg-query',
  'fastify',
  '@modelcontextprotocol/server',
  'vitest',
  'left-pad',
];

const capability = (name: string): string => `apps/server/src/capabilities/${name}`;
const NOTHING = 'export const nothing = 0;\n';

const clean: Record<string, string> = {
  'tsconfig.json':
    '{"compilerOptions":{"module":"nodenext","target":"es2024","allowImportingTsExtensions":true,"noEmit":true}}',
  'package.json': JSON.stringify({ name: 'root', type: 'module', devDependencies: { vitest: '1.0.0' } }),
  'apps/server/package.json': JSON.stringify({
    name: 'server',
    type: 'module',
    dependencies: { ...versions(OUTSIDE.slice(0, -2)), ...versions(PACKAGES.map(named)) },
  }),
  'apps/cli/package.json': JSON.stringify({ name: 'cli', type: 'module', dependencies: versions(PACKAGES.map(named)) }),
  'apps/cli/src/main.ts': NOTHING,
  'apps/server/src/main.ts': "import './server.ts';\n",
  'apps/server/src/server.ts': CAPABILITIES.map((name) => `import './capabilities/${name}/index.ts';\n`).join(''),
  'apps/server/src/contracts/index.ts': NOTHING,
  'apps/server/src/platform/database/index.ts': "import 'pg';\n",
  'apps/server/src/platform/outbound/index.ts': "import 'undici';\n",
  ...Object.fromEntries(
    CAPABILITIES.flatMap((name) => [
      [`${capability(name)}/index.ts`, NOTHING],
      [`${capability(name)}/store.ts`, NOTHING],
    ]),
  ),
  ...Object.fromEntries(
    PACKAGES.flatMap((name) => [
      [
        `packages/${name}/package.json`,
        JSON.stringify({
          name: named(name),
          type: 'module',
          exports: { '.': './src/index.ts' },
          dependencies: { ...versions(OUTSIDE.slice(0, -2)), ...versions(PACKAGES.map(named)) },
        }),
      ],
      [`packages/${name}/src/index.ts`, NOTHING],
    ]),
  ),
  ...Object.fromEntries(
    OUTSIDE.flatMap((name) => [
      [
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }),
      ],
      [`node_modules/${name}/index.js`, NOTHING],
    ]),
  ),
};

/** By rule: the file that breaks it, and how. */
const plants: Record<string, readonly [file: string, text: string]> = {
  'no-circular': [`${capability('vault')}/circle-back.ts`, "import './circle.ts';\n"],
  unresolvable: ['apps/cli/src/lost.ts', "import './not-there.ts';\n"],
  declared: ['apps/cli/src/undeclared.ts', "import 'left-pad';\n"],
  'no-development-package-shipped': ['packages/keyring/src/tested.ts', "import 'vitest';\n"],
  'no-app-to-app': ['apps/cli/src/other-app.ts', "import '../../server/src/contracts/index.ts';\n"],
  'no-package-to-app': ['packages/keyring/src/upward.ts', "import '../../../apps/cli/src/main.ts';\n"],
  'packages-import-protocol-only': ['packages/keyring/src/sideways.ts', "import '@strongroom/connectors';\n"],
  'testkit-wraps-the-cluster-only': ['packages/testkit/src/too-much.ts', "import '@strongroom/sql-guard';\n"],
  'testkit-never-shipped': ['apps/server/src/platform/database/with-testkit.ts', "import '@strongroom/testkit';\n"],
  'package-front-door': [
    `${capability('query')}/back-door.ts`,
    "import '../../../../../packages/connectors/src/inside.ts';\n",
  ],
  'capability-front-door': [`${capability('query')}/window.ts`, "import '../ledger/store.ts';\n"],
  'capability-front-door-from-outside': [
    'apps/server/src/platform/database/window.ts',
    "import '../../capabilities/ledger/store.ts';\n",
  ],
  ...Object.fromEntries(
    CAPABILITIES.slice(0, -1).map((name, index) => [
      `layer-${name}`,
      [`${capability(name)}/upward.ts`, `import '../${CAPABILITIES[index + 1]}/index.ts';\n`] as const,
    ]),
  ),
  'lifecycle-imports-no-capability': [`${capability('lifecycle')}/reach.ts`, "import '../vault/index.ts';\n"],
  'root-alone-constructs': [
    'apps/server/src/platform/database/constructs.ts',
    "import '../../capabilities/ledger/index.ts';\n",
  ],
  'root-is-started-by-main': [`${capability('assistant')}/root.ts`, "import '../../server.ts';\n"],
  'contracts-stand-alone': ['apps/server/src/contracts/platform.ts', "import '../platform/database/index.ts';\n"],
  'protocol-stands-alone': ['packages/protocol/src/undici.ts', "import 'undici';\n"],
  'only-egress-talks-to-models': [`${capability('assistant')}/talk.ts`, "import 'undici';\n"],
  'only-the-gateway-relays': [`${capability('assistant')}/relay.ts`, "import '../egress/relay.ts';\n"],
  'only-connectors-talk-to-postgres': [`${capability('sources')}/talk.ts`, "import 'pg';\n"],
  'only-connectors-open-files': [`${capability('files')}/open.ts`, "import '@duckdb/node-api';\n"],
  'only-the-guard-parses-sql': [`${capability('query')}/parse.ts`, "import 'libpg-query';\n"],
  'only-mcp-speaks-its-protocol': [`${capability('assistant')}/speak.ts`, "import '@modelcontextprotocol/server';\n"],
  'only-the-root-serves': [`${capability('query')}/serve.ts`, "import 'fastify';\n"],
  'who-starts-programs': [`${capability('query')}/program.ts`, "import 'node:child_process';\n"],
};

const supporting = {
  [`${capability('egress')}/relay.ts`]: NOTHING,
  [`${capability('vault')}/circle.ts`]: "import './circle-back.ts';\n",
  'packages/connectors/src/inside.ts': NOTHING,
};

test('every rule about imports has a violation planted here', async () => {
  const { default: configuration }: { default: { forbidden: { name: string }[] } } = await import(
    pathToFileURL(join(rootFolder, '.dependency-cruiser.mjs')).href
  );
  expect(Object.keys(plants).sort()).toEqual(configuration.forbidden.map(({ name }) => name).sort());
});

test('a house without violations passes, and each planted one is refused by its own rule', async () => {
  await using house = await temporaryFolder('imports');
  await plant(house.path, clean);
  await mkdir(join(house.path, 'node_modules/@strongroom'), { recursive: true });
  for (const name of PACKAGES)
    await symlink(join(house.path, 'packages', name), join(house.path, 'node_modules/@strongroom', name));
  await cp(join(rootFolder, '.dependency-cruiser.mjs'), join(house.path, '.dependency-cruiser.mjs'));
  expect(await violations(house.path)).toEqual([]);

  await plant(house.path, { ...supporting, ...Object.fromEntries(Object.values(plants)) });
  const found = await violations(house.path);
  const passed = Object.entries(plants).filter(
    ([rule, [file]]) => !found.some((violation) => violation.rule === rule && violation.file === file),
  );
  expect(passed).toEqual([]);
});

async function violations(folder: string): Promise<{ rule: string; file: string }[]> {
  const { stdout, stderr } = await runTool(
    'depcruise',
    ['apps', 'packages', '--config', '.dependency-cruiser.mjs', '--output-type', 'json'],
    folder,
  );
  if (stdout === '') throw new Error(stderr);
  const { summary }: { summary: { totalCruised: number; violations: { rule: { name: string }; from: string }[] } } =
    JSON.parse(stdout);
  expect(summary.totalCruised).toBeGreaterThan(30);
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, file: from }));
}

function versions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '1.0.0']));
}

function named(name: string): string {
  return `@strongroom/${name}`;
}
