import { LogError } from '../errors.ts';
import {
  isHash,
  isHashInBase64,
  isName,
  isObject,
  isText,
  isTime,
  isUuid,
  parseEntry,
} from '../export/export-lines.ts';
import {
  type Certificate,
  certificateFormat,
  certificateObjectsMax,
  certificateSizeMax,
  type ErasedCopy,
  type ErasedObject,
  type Erasure,
  erasureKinds,
  type ShownEntry,
  type UnsignedCertificate,
} from './certificate.ts';
import { isSparseJson } from './is-sparse-json.ts';
import { printPage } from './print-page.ts';

/** Of a field of an entry: certificate, objects, object, birth, entry, fields, field. */
const depthMax = 7;
/** The shortest part there can be, a copy at `x`, has 5 in 53 characters. */
const partCharactersMin = 8;
const proofLengthMax = 64;
const signatureSizeMax = 1024;
const copiesMax = 1000;
/** Shown to people as it is: nothing that moves a cursor, ends a line or turns the direction. */
const plainPattern = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

/** `text` is attacker-controlled, and is read only where it is what would be printed. Throws `merkle-log/bad_certificate`. */
export function parseCertificate(text: string): Certificate {
  const value = text.length > certificateSizeMax ? null : jsonOf(text);
  if (!isObject(value) || value['format'] !== certificateFormat)
    throw bad('this is not a certificate of an erasure, or a larger one than can be read');
  const { signature } = value;
  if (!isText(signature) || signature.length > signatureSizeMax) throw unreadable('signature');
  const certificate = { ...readUnsigned(value), signature };
  if (printPage(certificate) !== text) throw bad('the certificate shows more, or otherwise, than is signed');
  return certificate;
}

/** All but the signature, with its members in the order of the format. Throws `merkle-log/bad_certificate`. */
export function readUnsigned(value: Readonly<Record<string, unknown>>): UnsignedCertificate {
  const { origin, key, checkpoint, objects, request, epochs, end, copies, note } = value;
  if (!isName(origin)) throw unreadable('origin');
  if (!isText(key)) throw unreadable('key');
  if (!isText(checkpoint)) throw unreadable('checkpoint');
  if (!Array.isArray(objects)) throw unreadable('objects');
  if (objects.length > certificateObjectsMax) throw bad(`a certificate has ${certificateObjectsMax} objects at most`);
  if (!Array.isArray(copies) || copies.length > copiesMax) throw unreadable('copies');
  if (!isText(note)) throw unreadable('note');
  return {
    format: certificateFormat,
    origin,
    key,
    erasure: readErasure(value['erasure']),
    checkpoint,
    objects: objects.map((object, at) => readObject(object, `objects[${at}]`)),
    request: readShown(request, 'request'),
    epochs: epochs === null ? null : readShown(epochs, 'epochs'),
    end: end === null ? null : readShown(end, 'end'),
    copies: copies.map((copy, at) => readCopy(copy, `copies[${at}]`)),
    note,
  };
}

function readErasure(value: unknown): Erasure {
  const { id, kind, subject, requestedAt, status, finalAt } = isObject(value) ? value : {};
  const known = erasureKinds.find((name) => name === kind);
  const isNamed = isUuid(id) && isUuid(subject) && known !== undefined;
  if (!isNamed || !isTime(requestedAt) || (status !== 'pending' && status !== 'final') || !isTimeOrNull(finalAt))
    throw unreadable('erasure');
  return { id, kind: known, subject, requestedAt, status, finalAt };
}

function readObject(value: unknown, place: string): ErasedObject {
  const { id, what, commitment, birth, destruction } = isObject(value) ? value : {};
  if (!isUuid(id) || !isPlain(what) || !isHash(commitment)) throw unreadable(place);
  return {
    id,
    what,
    commitment,
    birth: readShown(birth, `${place}.birth`),
    destruction: readShown(destruction, `${place}.destruction`),
  };
}

function readCopy(value: unknown, name: string): ErasedCopy {
  const { place, goneAt } = isObject(value) ? value : {};
  if (!isPlain(place) || !isTimeOrNull(goneAt)) throw unreadable(name);
  return { place, goneAt };
}

function readShown(value: unknown, place: string): ShownEntry {
  const { entry, proof } = isObject(value) ? value : {};
  const isPath = Array.isArray(proof) && proof.length <= proofLengthMax && proof.every(isHashInBase64);
  if (!isObject(entry) || !isPath) throw unreadable(place);
  try {
    return { entry: parseEntry(entry), proof: [...proof] };
  } catch {
    throw unreadable(place);
  }
}

function isPlain(value: unknown): value is string {
  return isText(value) && plainPattern.test(value);
}

function isTimeOrNull(value: unknown): value is string | null {
  return value === null || isTime(value);
}

/** null for any other text. */
function jsonOf(text: string): unknown {
  try {
    return isSparseJson(text, depthMax, partCharactersMin) ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function unreadable(place: string): LogError {
  return bad(`the certificate has no readable \`${place}\``);
}

function bad(message: string): LogError {
  return new LogError('merkle-log/bad_certificate', message);
}
