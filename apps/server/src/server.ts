import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClusterSecret } from '@strongroom/keyring';
import type { Cluster } from '@strongroom/local-cluster';
import { createGuard } from '@strongroom/sql-guard';
import { accessRoutes, createAccess } from '#access';
import { assistantRoutes, createAssistant } from '#assistant';
import { canariesRoutes, createCanaries } from '#canaries';
import { catalogRoutes, createCatalog } from '#catalog';
import { type Environment, type WitnessAddress, writePrivateFile } from '#config';
import { type Asker, installationId, systemContext } from '#contracts';
import { createEgress, egressRoutes } from '#egress';
import { createRelay } from '#egress/relay';
import { createFiles, filesRoutes } from '#files';
import { createGateway, gatewayRoutes, openaiRoutes } from '#gateway';
import { createIdentity, type Identity, identityRoutes } from '#identity';
import { createLedger, type Ledger, ledgerHolder, ledgerRoutes, type Witness } from '#ledger';
import { createLifecycle, lifecycleRoutes } from '#lifecycle';
import { createMcp, mcpRootRoutes, mcpRoutes } from '#mcp';
import { systemClock as clock } from '#platform/clock';
import { startProductCluster, startSampleCluster } from '#platform/clusters';
import { createDatabase } from '#platform/database';
import { createHttp, type Http } from '#platform/http';
import { createKeyWrapper, keyFolder } from '#platform/key-holder';
import type { Log } from '#platform/log';
import { createOutbound, type Outbound } from '#platform/outbound';
import { createQuery, queryRoutes } from '#query';
import { createSources, ensureSample, sourcesRoutes } from '#sources';
import { createVault, vaultRoutes } from '#vault';
import packageManifest from '../package.json' with { type: 'json' };
import { holdings, migrations } from './migrations.ts';

const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** A holder that is asked while everybody waits must say no soon: revoking is to show within five seconds. */
const OUTBOUND_LIMITS = { timeoutMs: 3_000, replyBytesMax: 256 * 1024 };
/** A witness may be far away, and nobody waits for it. */
const WITNESS_LIMITS = { timeoutMs: 10_000, replyBytesMax: 64 * 1024 };
const SWEEP_EVERY_MS = 10 * 60_000;

export type RunningServer = {
  /** What people open. */
  readonly origin: string;
  /** One-time; null with an issuer of the operator's own. */
  readonly signInLink: string | null;
  stop(): Promise<void>;
};

/**
 * COMPOSITION ROOT: the only place that constructs. Builds the rooms lowest first, then listens.
 * `stop` goes in the opposite order. Throws one line that says what is wrong, with nothing left running.
 */
export async function startServer({
  config,
  secrets,
  log,
}: Pick<Environment, 'config' | 'secrets'> & { log: Log }): Promise<RunningServer> {
  await using building = new AsyncDisposableStack();
  const clusterSecret = await loadClusterSecret(keyFolder(config.home));
  const outbound = building.adopt(createOutbound(OUTBOUND_LIMITS), (open) => open.close());
  const wrapper = createKeyWrapper(config, outbound);

  const embedded = { home: config.home, clusterSecret, log };
  const stopLater = async <T extends { cluster: Cluster }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    building.defer(() => started.cluster.stop());
    return started;
  };
  const [product, sample] = await allOrNone([
    secrets.databaseUrl === null ? stopLater(startProductCluster(embedded)) : null,
    config.sample ? stopLater(startSampleCluster(embedded)) : null,
  ]);
  const address = product?.address ?? { kind: 'url' as const, url: required(secrets.databaseUrl) };
  const database = building.adopt(await createDatabase({ address, migrations, log }), (open) => open.close());

  const vault = createVault({ database, wrapper, clock, record: () => ledger });
  const toWitnesses = building.adopt(createOutbound(WITNESS_LIMITS), (open) => open.close());
  const witnessing = { witnesses: config.witnesses.map((address) => witnessAt(address, toWitnesses)), log };
  const ledger: Ledger = building.adopt(
    createLedger({ database, keys: vault.ledgerKeys, clock, log, witnessing }),
    (open) => open.close(),
  );
  const canaries = createCanaries({ database, sealer: vault, audit: ledger, clock, log });
  let http: Http | null = null;
  const origin = (): string => required(http).origin();
  const identity = await createIdentity({
    database,
    sealer: vault,
    audit: ledger,
    clock,
    log,
    config,
    oidcClientSecret: secrets.oidcClientSecret,
    origin,
  });
  const { directory } = identity;
  const access = createAccess({ database, directory, sealer: vault });
  identity.onSubjectRemoved((workspaceId, subject) => access.grants.forgetSubject(workspaceId, subject));
  const files = createFiles({ database, vault, folder: path.join(config.home, 'files'), clock });
  const sources = createSources({
    database,
    vault,
    access,
    files,
    directory,
    refused: () => ownListeners(http, secrets.databaseUrl?.reveal()),
    clock,
  });
  building.defer(() => sources.close());
  const onUncounted = (error: unknown) => log.warn({ err: error }, 'how often tables are queried could not be written');
  const catalog = building.adopt(createCatalog({ database, sources, directory, clock, onUncounted }), (open) =>
    open.close(),
  );
  const guard = building.adopt(createGuard({ workers: 2 }), (open) => open.close());
  const query = createQuery({
    database,
    sources,
    catalog,
    guard,
    access,
    directory,
    audit: ledger,
    nowMs: () => performance.now(),
    onUnrecorded: (error) => log.error({ err: error }, 'how a query ended could not be written to the audit log'),
  });
  building.defer(() => query.stopAll());
  const endpoint = config.model === null ? null : { ...config.model, model: config.model.name, key: secrets.modelKey };
  const egress = building.adopt(
    createEgress({ endpoint, database, scan: canaries.scan, audit: ledger, clock }),
    (open) => open.close(),
  );
  const assistant = createAssistant({
    catalog,
    query,
    egress,
    sealer: vault,
    database,
    audit: ledger,
    prove: ledger.prove,
    clock,
  });
  identity.onSubjectRemoved(async (workspaceId, { kind, id }) => {
    if (kind !== 'person') return;
    await assistant.forgetPerson(workspaceId, id);
    await egress.forgetPerson(workspaceId, id);
  });

  const relay = building.adopt(
    createRelay({
      endpoint,
      networks: config.model?.networks ?? [],
      settings: egress.settings,
      scan: canaries.scan,
      audit: ledger,
      clock,
    }),
    (open) => open.close(),
  );
  const gateway = building.adopt(
    createGateway({
      relay,
      database,
      directory,
      sealer: vault,
      audit: ledger,
      clock,
      nowMs: () => performance.now(),
      onUnwritten: (error) => log.error({ err: error }, 'what a call of the gateway used could not be written'),
    }),
    (open) => open.close(),
  );
  identity.onSubjectRemoved(async (workspaceId, { kind, id }) => {
    if (kind === 'person') await gateway.forgetPerson(workspaceId, id);
  });
  identity.onSessionEnded(({ tokenId }) => tokenId !== undefined && gateway.keyEnded(identity.workspaceId, tokenId));

  const lifecycle = createLifecycle({
    database,
    clock,
    log,
    workspaceName: identity.workspaceName,
    audit: ledger,
    keys: vault,
    holders: [
      gateway.holder,
      assistant.holder,
      egress.holder,
      sources.holder,
      files.holder,
      identity.holder,
      ledgerHolder(ledger),
    ],
    holdings,
  });

  const { version } = packageManifest;
  const { permissionsOf, allows } = access;
  const mcp = createMcp({ database, catalog, query, assistant, access, audit: ledger, origin, version });
  http = await createHttp({
    config,
    tlsKey: secrets.tlsKey,
    identity,
    access,
    audit: ledger,
    log,
    verbs: [
      ...identityRoutes(identity, { permissionsOf, allows, version }),
      ...accessRoutes(access),
      ...ledgerRoutes(ledger, canaries.scan),
      ...vaultRoutes(vault),
      ...canariesRoutes(canaries),
      ...filesRoutes(files),
      ...sourcesRoutes(sources),
      ...catalogRoutes(catalog),
      ...queryRoutes(query),
      ...egressRoutes(egress, config.model),
      ...assistantRoutes(assistant),
      ...mcpRoutes(mcp),
      ...gatewayRoutes(gateway, allows),
      ...lifecycleRoutes(lifecycle),
    ],
    rootVerbs: [...identity.rootRoutes, ...mcpRootRoutes(mcp), ...openaiRoutes(gateway)],
    mounts: identity.mounts,
    readiness: {
      database: async () => void (await database.withWorkspace(identity.workspaceId, async () => null)),
      ledger: async () => [identity.workspaceId, installationId].forEach(ledger.requireSound),
      keys: async () => void (await vault.showStatus(identity.workspaceId)),
    },
    webFolder: WEB_FOLDER,
    version,
  });
  building.adopt(http, (open) => open.stop());
  // Also says at once, rather than at the next entry, that the log was changed while we were away.
  ledger.sequenceSoon(identity.workspaceId);
  ledger.sequenceSoon(installationId);

  if (sample !== null) {
    const { workspaceId } = identity;
    const administrator = () => firstAdministrator(identity);
    await ensureSample({ cluster: sample, workspaceId, sources, files, database, audit: ledger, administrator, clock });
  }
  // What ended or was cut short is finished now and then: a sweep that fails says so, and the next one goes on.
  const sweep = async (): Promise<void> => {
    const warn = (error: unknown) => log.warn({ err: error }, 'what has ended could not be removed');
    await files.sweep(identity.workspaceId).catch(warn);
    await gateway.sweep(identity.workspaceId).catch(warn);
    await identity.sweep().catch(warn);
    await query.leases.sweep(identity.workspaceId).catch(warn);
    await lifecycle.finishAll(identity.workspaceId).catch(warn);
  };
  await sweep();
  const sweeping = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  building.defer(() => clearInterval(sweeping));

  const decision = { allowed: true, reason: `version ${version}` };
  // Not by a server whose keys are away: it starts all the same, to say so.
  await ledger
    .append(systemContext(installationId, 'start'), {
      action: 'server.started',
      resource: null,
      decision,
      outcome: 'done',
    })
    .catch((error: unknown) => log.warn({ err: error }, 'the start could not be written to the audit log'));
  const url = await http.listen();
  const signInLink = await identity.issueLocalAccess();
  await writePrivateFile(path.join(config.home, 'server.json'), `${JSON.stringify({ url })}\n`);
  const built = building.move();
  return { origin: url, signInLink, stop: () => built.disposeAsync() };
}

function witnessAt({ url, key }: WitnessAddress, outbound: Outbound): Witness {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return { key, send: (body) => outbound.send({ method: 'POST', url, headers, body }) };
}

/** What no source may point at: ourselves, and the database that holds our own tables. */
function ownListeners(http: Http | null, databaseUrl: string | undefined): { host: string; port: number }[] {
  const listener = http?.listener() ?? null;
  const database = databaseUrl === undefined ? null : new URL(databaseUrl);
  return [
    ...(listener === null ? [] : [listener]),
    ...(database === null ? [] : [{ host: database.hostname, port: Number(database.port || 5432) }]),
  ];
}

/** Whoever owns the sample, acting by the start itself; null while a workspace with a real issuer has no administrator yet. */
async function firstAdministrator({ workspaceId, firstAdministrator: find }: Identity): Promise<Asker | null> {
  const person = await find();
  if (person === null) return null;
  return {
    workspaceId,
    personId: person.id,
    email: person.email,
    name: person.name,
    role: 'admin',
    teams: [],
    sessionId: null,
    tokenId: null,
    own: true,
    address: null,
    requestId: 'start',
  };
}

/** Both, or a failure only after both have ended: what did start is then known and stopped. */
async function allOrNone<A, B>([a, b]: [Promise<A> | null, Promise<B> | null]): Promise<[A | null, B | null]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error('used before it was made');
  return value;
}
