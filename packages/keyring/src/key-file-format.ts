import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import { keyFileDamaged } from './errors.ts';

/** Numbered without a gap, oldest first, never empty. */
export type Versions = ReadonlyMap<number, KeyObject>;

/** What `root.key` holds, docs/formats/key-file.md. */
export type KeyFile = {
  /** Passwords of our own clusters come from it. Never rotated. */
  readonly cluster: KeyObject;
  /** The newest wraps; older ones are there only while a rotation is under way. */
  readonly roots: Versions;
  /** Epoch secrets by workspace. What lies below a workspace's oldest was destroyed. */
  readonly epochs: ReadonlyMap<string, Versions>;
};

/** Room for about 40,000 epochs. */
export const keyFileSizeBytesMax = 4 * 1024 * 1024;

const firstLine = 'strongroom-keys 1';
const linePattern =
  /^(?:(cluster)|(root) ([1-9]\d{0,8})|(epoch) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([1-9]\d{0,8})) ([\w-]{43})$/;

/** One text for one content: workspaces in order, versions in order, the checksum of all lines before it at the end. */
export function formatKeyFile({ cluster, roots, epochs }: KeyFile): Buffer {
  const lines = [
    firstLine,
    `cluster ${textOf(cluster)}`,
    ...Array.from(roots, ([version, key]) => `root ${version} ${textOf(key)}`),
    ...[...epochs]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([workspaceId, secrets]) =>
        Array.from(secrets, ([epoch, key]) => `epoch ${workspaceId} ${epoch} ${textOf(key)}`),
      ),
  ];
  const body = lines.map((line) => `${line}\n`).join('');
  return Buffer.from(`${body}checksum ${hash('sha256', body)}\n`);
}

/**
 * Inverse of `formatKeyFile`: accepts its very bytes and nothing else.
 * Throws `vault/key_file_damaged`; the message quotes none of the file.
 */
export function parseKeyFile(bytes: Buffer): KeyFile {
  const lines = bytes.toString('latin1').split('\n');
  if (lines[0] !== firstLine) throw keyFileDamaged('it does not begin as one, or is of another version');
  let cluster: KeyObject | null = null;
  const roots = new Map<number, KeyObject>();
  const epochs = new Map<string, Map<number, KeyObject>>();
  for (const line of lines.slice(1, -2)) {
    const [, isCluster, isRoot, root, , workspaceId, epoch, text] = linePattern.exec(line) ?? [];
    if (text === undefined) throw keyFileDamaged('a line is not understood');
    const key = createSecretKey(Buffer.from(text, 'base64url'));
    if (isCluster !== undefined) cluster = key;
    else if (isRoot !== undefined) addNext(roots, Number(root), key);
    else {
      const secrets = epochs.get(workspaceId ?? '') ?? new Map<number, KeyObject>();
      addNext(secrets, Number(epoch), key);
      epochs.set(workspaceId ?? '', secrets);
    }
  }
  if (cluster === null || roots.size === 0) throw keyFileDamaged('a key is missing');
  const file = { cluster, roots, epochs };
  if (!formatKeyFile(file).equals(bytes)) throw keyFileDamaged('its checksum is another');
  return file;
}

/** 0 when there is none, which no file holds. */
export function newestOf(versions: Versions): number {
  return Math.max(0, ...versions.keys());
}

export function oldestOf(versions: Versions): number {
  return Math.min(...versions.keys());
}

function addNext(versions: Map<number, KeyObject>, version: number, key: KeyObject): void {
  if (versions.size > 0 && !versions.has(version - 1)) throw keyFileDamaged('a version is missing');
  versions.set(version, key);
}

function textOf(key: KeyObject): string {
  return key.export().toString('base64url');
}
