import type { ExportEntry } from '../export/export-lines.ts';
import { type Certificate, certificateNotes, type ErasedObject, type ShownEntry } from './certificate.ts';

/** Says what is wrong, in a sentence. */
export type Tell = (problem: string) => void;

type Act = { readonly action: string; readonly outcome: ExportEntry['outcome'] };

const born: Act = { action: 'vault.key_created', outcome: 'done' };
const destroyed: Act = { action: 'vault.key_destroyed', outcome: 'done' };
const epochsDestroyed: Act = { action: 'vault.epochs_destroyed', outcome: 'done' };
const requested: Act = { action: 'lifecycle.erased', outcome: 'begun' };
const ended: Act = { action: 'lifecycle.erased', outcome: 'done' };

/** What a person reads in a problem: objects are counted from 1. */
export const birthOf = (at: number): string => `the birth of the key of object ${at + 1}`;
export const destructionOf = (at: number): string => `the destruction of the key of object ${at + 1}`;
export const requestName = 'the request';
export const epochsName = 'the end of the epochs';
export const endName = 'the end of the erasure';

/**
 * Checks that the entries say what the certificate says, in an order that makes it true. Whether they are in the log is
 * checked elsewhere.
 */
export function checkActs(certificate: Certificate, tell: Tell): void {
  const { erasure, objects, request, note } = certificate;
  if (note !== certificateNotes[erasure.status]) tell('the note is not the one of its format and status');
  const subject = `${erasure.kind}.${erasure.subject}`;
  checkAct(requestName, request, requested, tell, subject);
  if (request.entry.at !== erasure.requestedAt)
    tell('the certificate names another time of the request than its entry');
  const before = erasure.status === 'final' ? checkEnds(certificate, subject, tell) : null;
  if (erasure.status === 'pending') checkPending(certificate, tell);
  if (objects.length === 0) tell('the certificate names no object');
  const seen = new Set<string>();
  for (const [at, object] of objects.entries()) {
    if (seen.has(object.id)) tell(`object ${at + 1} comes twice`);
    seen.add(object.id);
    const epoch = checkObject(object, at, request, tell);
    if (certificate.epochs !== null && certificate.epochs.entry.position <= object.destruction.entry.position)
      tell(`${destructionOf(at)} does not come before ${epochsName}`);
    if (before !== null && epoch !== null && epoch >= before)
      tell(`the key of object ${at + 1} was last wrapped under epoch ${epoch}, and only those below ${before} ended`);
  }
}

/** The epoch under which the key was wrapped last; null when the entry does not say. */
function checkObject(object: ErasedObject, at: number, request: ShownEntry, tell: Tell): number | null {
  const { id, commitment, birth, destruction } = object;
  const key = `${id}.${commitment}`;
  checkAct(birthOf(at), birth, born, tell, key);
  const counts = checkAct(destructionOf(at), destruction, destroyed, tell, key);
  if (destruction.entry.position <= birth.entry.position) tell(`${destructionOf(at)} does not come after its birth`);
  if (destruction.entry.position <= request.entry.position)
    tell(`${destructionOf(at)} does not come after ${requestName}`);
  return countIn(destructionOf(at), counts, 'epoch', tell);
}

/** Below which all epochs ended; null when no entry says so. */
function checkEnds({ erasure, epochs, end }: Certificate, subject: string, tell: Tell): number | null {
  if (end === null) tell(`the certificate says final and does not show ${endName}`);
  else {
    checkAct(endName, end, ended, tell, subject);
    if (end.entry.at !== erasure.finalAt) tell('the certificate names another time of the end than its entry');
    if (epochs !== null && end.entry.position <= epochs.entry.position)
      tell(`${endName} does not come after ${epochsName}`);
  }
  if (epochs === null) {
    tell(`the certificate says final and does not show ${epochsName}`);
    return null;
  }
  return countIn(epochsName, checkAct(epochsName, epochs, epochsDestroyed, tell), 'before', tell);
}

function checkPending({ erasure, epochs, end }: Certificate, tell: Tell): void {
  if (epochs !== null) tell(`the certificate says pending and shows ${epochsName}`);
  if (end !== null) tell(`the certificate says pending and shows ${endName}`);
  if (erasure.finalAt !== null) tell('the certificate says pending and names a time of the end');
}

/** The JSON text of the entry's counts; null when its fields are not shown. `resource`: null where any will do. */
function checkAct(
  name: string,
  { entry }: ShownEntry,
  { action, outcome }: Act,
  tell: Tell,
  resource: string | null = null,
): string | null {
  if (entry.action !== action || entry.outcome !== outcome) tell(`${name} is no entry of \`${action}\`, ${outcome}`);
  if ('hash' in entry.fields) {
    tell(`${name} shows no fields, so that nobody can tell what it is about`);
    return null;
  }
  if (resource !== null && entry.fields.resource[1] !== JSON.stringify(resource))
    tell(`${name} is an entry about something else`);
  return entry.fields.counts[1];
}

/** The one number that counts of this form hold. */
function countIn(name: string, counts: string | null, member: 'epoch' | 'before', tell: Tell): number | null {
  if (counts === null) return null;
  const [, digits = ''] = /^\{"[a-z]+":([0-9]{1,15})\}$/.exec(counts) ?? [];
  const count = Number(digits);
  if (counts === JSON.stringify({ [member]: count }) && digits !== '') return count;
  tell(`${name} does not say \`${member}\` and nothing else in its counts`);
  return null;
}
