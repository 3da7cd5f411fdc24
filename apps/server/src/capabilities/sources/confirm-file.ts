import { openFile } from '@strongroom/connectors';
import type { Source } from '@strongroom/protocol';
import { type Asker, randomUUIDv7 } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource } from './describe-source.ts';
import { introspectSource } from './introspect-source.ts';
import { keepSource, type NewSource, requireFreeName } from './keep-source.ts';

/**
 * Makes a source of an upload once the person has said what its first line is. On failure the upload stays, to be
 * confirmed again until it expires. Throws `files/upload_not_found`, `files/header_unconfirmed`, `files/unreadable`, `sources/name_taken`.
 */
export async function confirmFile(
  deps: SourcesDeps,
  asker: Asker,
  input: { name: string; upload: string; header?: boolean | undefined },
  signal?: AbortSignal,
): Promise<Source> {
  const file = await deps.files.findUpload(asker, input.upload, input.header);
  await requireFreeName(deps, asker, input.name);
  const connector = openFile(await deps.files.openStored(asker.workspaceId, file));
  const id = randomUUIDv7(deps.clock.now().getTime());
  try {
    const found = await introspectSource(connector, signal);
    const source: NewSource = {
      id,
      name: input.name,
      kind: 'file',
      location: `${file.name}, ${sizeInWords(file.sizeBytes)}`,
      sealed_address: null,
      file_id: file.id,
      is_sample: false,
    };
    const row = await keepSource(deps, asker, source, found, (transaction) => deps.files.keep(transaction, file));
    // It has read the whole file already: the first question needn't again.
    await deps.connectors.get(id, async () => connector);
    return await describeSource(deps, asker, row);
  } catch (error) {
    await connector.close();
    throw error;
  }
}

function sizeInWords(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  if (sizeBytes < 1_000_000) return `${(sizeBytes / 1000).toFixed(1)} kB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}
