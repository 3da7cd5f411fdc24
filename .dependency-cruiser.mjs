// Who may import whom. `tests/architecture` plants a violation of every rule here and requires the refusal.

/** Lowest first: a capability imports only those before it. */
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

const CAPABILITY = '^apps/server/src/capabilities';
// `x.test.ts`, and what tests share: `test-database.ts`, `start-test-rooms.ts`.
const TEST_HELPER = '[-/]test-[a-z-]+[.]ts$';
const TEST = `[.]test[.]tsx?$|${TEST_HELPER}`;
const SAMPLE = `${CAPABILITY}/sources/sample/`;
// The second door of egress; `only-the-gateway-relays` says for whom.
const RELAY = `${CAPABILITY}/egress/relay[.]ts$`;
const TEST_OR_TESTKIT = `${TEST}|^packages/testkit/|^tests/|^bench/`;

const layers = CAPABILITIES.slice(0, -1).map((name, index) => ({
  name: `layer-${name}`,
  comment: `${name} may not import the capabilities above it; the root hands it what it needs`,
  severity: 'error',
  from: { path: `${CAPABILITY}/${name}/`, pathNot: TEST },
  to: { path: `${CAPABILITY}/(${CAPABILITIES.slice(index + 1).join('|')})/` },
}));

/** `packageName` may be imported only from files whose path matches one of `paths`. */
function only(name, packageName, paths, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^(apps|packages)/', pathNot: [TEST_OR_TESTKIT, ...paths] },
    to: { path: `node_modules/${packageName}/`, dependencyTypesNot: ['type-only'] },
  };
}

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'unresolvable',
      comment: 'what only a bench is measured beside is installed by that bench',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(hypercore|minisearch|pg-query-stream)$' },
    },
    {
      name: 'declared',
      comment: 'a package is imported where the nearest package.json declares it',
      severity: 'error',
      from: { path: '^(apps|packages)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-package-shipped',
      severity: 'error',
      from: { path: '^(apps/server|apps/cli|packages)/', pathNot: TEST_OR_TESTKIT },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    { name: 'no-app-to-app', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/(?!$1/)' } },
    { name: 'no-package-to-app', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    {
      name: 'packages-import-protocol-only',
      comment: 'testkit wraps local-cluster; tests may use testkit',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: [TEST, '^packages/testkit/'] },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/protocol/'] },
    },
    {
      name: 'testkit-wraps-the-cluster-only',
      severity: 'error',
      from: { path: '^packages/testkit/', pathNot: TEST },
      to: { path: '^packages/', pathNot: ['^packages/testkit/', '^packages/protocol/', '^packages/local-cluster/'] },
    },
    {
      name: 'testkit-never-shipped',
      comment: 'the picture of the README is taken by hand, from a server that the testkit starts',
      severity: 'error',
      from: { path: '^(apps|packages|scripts)/', pathNot: [TEST_OR_TESTKIT, '^scripts/take-screenshot[.]ts$'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'package-front-door',
      comment: 'other packages are imported by name, never by path',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^packages/(?!$2/)[^/]+/(?!src/index[.]ts$)' },
    },
    {
      name: 'lifecycle-imports-no-capability',
      comment: 'the root hands it what each capability holds',
      severity: 'error',
      from: { path: `${CAPABILITY}/lifecycle/`, pathNot: TEST },
      to: { path: `${CAPABILITY}/(?!lifecycle/)` },
    },
    {
      name: 'capability-front-door',
      severity: 'error',
      from: { path: `${CAPABILITY}/([^/]+)/` },
      to: { path: `${CAPABILITY}/(?!$1/)[^/]+/(?!index[.]ts$)`, pathNot: [TEST_HELPER, RELAY] },
    },
    {
      name: 'capability-front-door-from-outside',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: `${CAPABILITY}/` },
      to: { path: `${CAPABILITY}/[^/]+/(?!index[.]ts$)`, pathNot: RELAY },
    },
    ...layers,
    {
      name: 'root-alone-constructs',
      comment:
        'only server.ts puts capabilities together, and what beside it is a part of that; only main.ts starts it',
      severity: 'error',
      from: {
        path: '^apps/server/src/',
        pathNot: [TEST, `${CAPABILITY}/`, '^apps/server/src/(?!main[.])[a-z-]+[.]ts$'],
      },
      to: { path: `${CAPABILITY}/` },
    },
    {
      name: 'root-is-started-by-main',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [TEST_OR_TESTKIT, '^apps/server/src/main[.]ts$'] },
      to: { path: '^apps/server/src/(server|main)[.]ts$' },
    },
    {
      name: 'contracts-stand-alone',
      severity: 'error',
      from: { path: '^apps/server/src/contracts/', pathNot: TEST },
      to: { path: '^apps/server/src/', pathNot: '^apps/server/src/contracts/' },
    },
    {
      name: 'protocol-stands-alone',
      severity: 'error',
      from: { path: '^packages/protocol/', pathNot: TEST },
      to: { pathNot: ['^packages/protocol/', 'node_modules/zod/'] },
    },
    only(
      'only-egress-talks-to-models',
      'undici',
      [`${CAPABILITY}/egress/`, `${CAPABILITY}/identity/sign-in/`, '^apps/server/src/platform/outbound/'],
      'invariant 2; sign-in talks to the identity provider, the platform to the holder of the keys',
    ),
    {
      name: 'only-the-gateway-relays',
      comment:
        'invariant 2: whatever else goes to a model is a Disclosure; the root makes the relay and hands it to the gateway',
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: [TEST_OR_TESTKIT, `${CAPABILITY}/gateway/`, '^apps/server/src/server[.]ts$'],
      },
      to: { path: RELAY },
    },
    only(
      'only-connectors-talk-to-postgres',
      'pg',
      ['^packages/connectors/', '^apps/server/src/platform/(database|clusters)/', SAMPLE],
      'invariant 2; the sample fills a cluster of our own',
    ),
    only(
      'only-connectors-open-files',
      '@duckdb',
      ['^packages/connectors/', SAMPLE],
      'invariant 2; the sample is a file of ours',
    ),
    only(
      'only-mcp-speaks-its-protocol',
      '@modelcontextprotocol',
      [`${CAPABILITY}/mcp/`],
      'promise B3: what it is asked passes the gate',
    ),
    only('only-the-guard-parses-sql', '(libpg-query|pgsql-deparser|@pgsql)', ['^packages/sql-guard/'], 'promise D8'),
    only(
      'only-the-root-serves',
      '(fastify|@fastify)',
      ['^apps/server/src/platform/http/', '^apps/server/src/contracts/'],
      'promise B3: one gate',
    ),
    {
      name: 'who-starts-programs',
      comment: 'invariant 2: a program is started by the sandbox; the embedded clusters and the file reader are ours',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [TEST_OR_TESTKIT, '^packages/(local-cluster|connectors)/', SAMPLE] },
      to: { path: '^(node:)?child_process$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|[.]cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};
