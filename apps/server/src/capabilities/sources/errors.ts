import { ProblemError } from '@strongroom/protocol';

export const nameTaken = (name: string) =>
  new ProblemError('sources/name_taken', 409, `there is a source named \`${name}\` already`);
/** The same for a source that is hidden from the asker and one that never was (promise S8). */
export const notFound = () =>
  new ProblemError('sources/not_found', 404, 'there is no such source, or none that you may see');
/** The one answer for what is hidden and what does not exist, word for word that of a hidden table (promise S8). */
export const denied = () =>
  new ProblemError('query/denied', 403, 'no such source, table or column, or none that you may see');
export const unavailable = (internal: string) =>
  new ProblemError(
    'sources/unavailable',
    502,
    'the database cannot be reached or did not accept us: check host, port, database, user and password',
    { internal },
  );
export const tooSlow = () =>
  new ProblemError(
    'sources/unavailable',
    502,
    'the database did not answer in time: check host and port, and that no firewall is between',
  );
export const sampleOff = () =>
  new ProblemError('sources/unavailable', 502, 'the sample is switched off: start without STRONGROOM_SAMPLE=off');
export const noTables = () =>
  new ProblemError(
    'sources/no_tables',
    422,
    'the role may not read a single table there: grant it SELECT on what people shall ask about',
  );
