import { ProblemError } from '@strongroom/protocol';

export const unknownFormat = () =>
  new ProblemError(
    'files/unknown_format',
    422,
    'only files named .csv, .tsv, .txt, .json, .ndjson or .parquet can be read',
  );
export const wrongFormat = (name: string, found: string) =>
  new ProblemError('files/wrong_format', 422, `\`${name}\` is not what its name says: it holds ${found}`);
export const badName = () =>
  new ProblemError(
    'files/bad_name',
    422,
    'name the file in the header x-file-name, percent-encoded, with at most 200 characters',
  );
export const emptyFile = () => new ProblemError('files/empty', 422, 'the file is empty');
export const tooLarge = (sizeBytesMax: number) =>
  new ProblemError('files/too_large', 413, `a file may have at most ${Math.floor(sizeBytesMax / 1024 ** 2)} MB`, {
    members: { sizeBytesMax },
  });
export const uploadCut = () =>
  new ProblemError('files/upload_cut', 400, 'the upload ended before the file did; nothing was kept');
export const noSpace = () => new ProblemError('files/no_space', 507, 'the disk is full; nothing was kept');
/** The same for an upload that expired, is somebody else's, or never was. */
export const uploadNotFound = () =>
  new ProblemError('files/upload_not_found', 404, 'there is no such upload, or it has expired; upload the file again');
export const headerUnconfirmed = () =>
  new ProblemError(
    'files/header_unconfirmed',
    422,
    'say whether the first line holds the column names: without names there, it holds values, and these are never stored',
  );
export const notFound = () => new ProblemError('files/not_found', 404, 'the file is gone');
export const notBytes = () =>
  new ProblemError('files/not_bytes', 415, 'send the bytes of the file with the content type application/octet-stream');
