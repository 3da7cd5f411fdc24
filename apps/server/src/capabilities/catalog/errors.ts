import { ProblemError } from '@strongroom/protocol';

/** The same for an entry that is hidden from the asker and one that never was (promise S8). */
export const notFound = () =>
  new ProblemError('catalog/not_found', 404, 'there is no such table or column, or none that you may see');
export const ownerUnknown = () =>
  new ProblemError('catalog/owner_unknown', 404, 'an owner is a person of this workspace, by email address');
/** The same for a term that the asker may not see and one that never was. */
export const termNotFound = () =>
  new ProblemError('catalog/term_not_found', 404, 'there is no such term, or none that you may see');
export const termExists = (name: string) =>
  new ProblemError('catalog/term_exists', 409, `there is a term called \`${name}\` already`);
export const termNeedsLink = () =>
  new ProblemError(
    'catalog/term_needs_link',
    422,
    'a term that is linked stays linked to something, since without links everybody sees it; remove it and add it anew for that',
  );
/** `line`: from 1, of the catalog file. */
export const badFile = (line: number, reason: string) =>
  new ProblemError('catalog/bad_file', 422, `line ${line} of the catalog file: ${reason}`, { members: { line } });
