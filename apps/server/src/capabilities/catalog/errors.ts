import { ProblemError } from '@strongroom/protocol';

/** The same for an entry that is hidden from the asker and one that never was (promise S8). */
export const notFound = () =>
  new ProblemError('catalog/not_found', 404, 'there is no such table or column, or none that you may see');
export const ownerUnknown = () =>
  new ProblemError('catalog/owner_unknown', 404, 'an owner is a person of this workspace, by email address');
export const badText = () =>
  new ProblemError('catalog/bad_text', 422, 'descriptions, tags and owners are text without NUL characters');
