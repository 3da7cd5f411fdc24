import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClusterSecret } from '@strongroom/keyring';
import { createGuard } from '@strongroom/sql-guard';
import { createAccess } from '#access';
import { createAssistant } from '#assistant';
import { createCanaries } from '#canaries';
import { createCatalog } from '#catalog';
import { type Environment, writePrivateFile } from '#config';
import { installationId, systemContext } from '#contracts';
import { createEgress } from '#egress';
import { createRelay } from '#egress/relay';
import { createFiles } from '#files';
import { createGateway } from '#gateway';
import { createIdentity } from '#identity';
import { createLedger, type Ledger, ledgerHolder } from '#ledger';
import { createLifecycle } from '#lifecycle';
import { createMcp } from '#mcp';
import { systemClock as clock } from '#platform/clock';
import { startClusters } from '#platform/clusters';
import { createDatabase } from '#platform/database';
import { createHttp, type Http } from '#platform/http';
import { createKeyWrapper, keyFolder } from '#platform/key-holder';
import type { Log } from '#platform/log';
import { createOutbound } from '#platform/outbound';
import { createQuery } from '#query';
import { createSources } from '#sources';
import { createVault } from '#vault';
import packageManifest from '../package.json' with { type: 'json' };
import { holdings, migrations } from './migrations.ts';
import { openWitnesses } from './open-witnesses.ts';
import { ownListeners } from './own-listeners.ts';
import { startSample } from './start-sample.ts';
import { startSweeping } from './start-sweeping.ts';
import { verbsOf } from './verbs.ts';

const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** A holder that is asked while everybody waits must say no soon: revoking is to show within five seconds. */
const OUTBOUND_LIMITS = { timeoutMs: 3_000, replyBytesMax: 256 * 1024 };

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
  const wanted = { product: secrets.databaseUrl === null, sample: config.sample };
  const { product, sample } = await startClusters(building, embedded, wanted);
  const address = product?.address ?? { kind: 'url' as const, url: required(secrets.databaseUrl) };
  const database = building.adopt(await createDatabase({ address, migrations, log }), (open) => open.close());

  const vault = createVault({ database, wrapper, clock, record: () => ledger });
  const witnessing = { witnesses: building.use(openWitnesses(config.witnesses)).witnesses, log };
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
    refused: () => ownListeners(http?.listener() ?? null, secrets.databaseUrl?.reveal()),
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

  const relay = building.adopt(
    createRelay({
      endpoint,
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
    if (kind === 'person') for (const room of [assistant, egress, gateway]) await room.forgetPerson(workspaceId, id);
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
  const mcp = createMcp({ database, catalog, query, assistant, access, audit: ledger, origin, version });
  http = await createHttp({
    config,
    tlsKey: secrets.tlsKey,
    identity,
    access,
    audit: ledger,
    log,
    ...verbsOf({
      config,
      version,
      identity,
      access,
      ledger,
      vault,
      canaries,
      files,
      sources,
      catalog,
      query,
      egress,
      assistant,
      mcp,
      gateway,
      lifecycle,
    }),
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

  if (sample !== null) await startSample({ cluster: sample, identity, sources, files, database, audit: ledger, clock });
  building.defer(
    await startSweeping({ workspaceId: identity.workspaceId, log, files, gateway, identity, query, lifecycle }),
  );

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

function required<T>(value: T | null): T {
  if (value === null) throw new Error('used before it was made');
  return value;
}
