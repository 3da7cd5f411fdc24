import { ProtocolError, ROW_BYTES_MAX, RowTooLargeError } from '../wire-errors.ts';
import type { ElementForm } from './types.ts';

/**
 * JSON text of an array in PostgreSQL's text form, e.g. `[0:1]={1,NULL}` to `[1,null]` ("Array Input and Output Syntax").
 * Integers beyond 2^53 and floats that are no finite number become strings; so do elements of every other type.
 * Throws RowTooLargeError when the escapes of JSON make more of it than a row may have.
 */
export function arrayToJson(text: string, form: ElementForm, delimiter: string): string {
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  let out = '';

  const element = (): string => {
    if (text[at] !== '"') {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '}') at += text[at] === '\\' ? 2 : 1;
      const raw = text.slice(start, at).replaceAll(/\\(.)/gs, '$1');
      return raw === 'NULL' ? 'null' : elementToJson(raw, form);
    }
    let value = '';
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1;
      value += text[at] ?? '';
    }
    at += 1;
    return elementToJson(value, form);
  };

  for (let depth = 0, isFirst = true; at < text.length;) {
    const character = text[at]!;
    if (character === '{') {
      depth += 1;
      isFirst = true;
      out += '[';
      at += 1;
    } else if (character === '}') {
      depth -= 1;
      isFirst = false;
      out += ']';
      at += 1;
      if (depth === 0) return out;
    } else if (character === delimiter && !isFirst) {
      out += ',';
      at += 1;
    } else {
      isFirst = false;
      out += element();
      if (out.length > ROW_BYTES_MAX) throw new RowTooLargeError('array too large');
    }
  }
  throw new ProtocolError('array without an end');
}

function elementToJson(raw: string, form: ElementForm): string {
  if (form === 'boolean') return raw === 't' ? 'true' : 'false';
  if (form === 'json' || (form === 'number' && Number.isFinite(Number(raw)))) return raw;
  if (form === 'bigint' && Number.isSafeInteger(Number(raw))) return raw;
  return JSON.stringify(raw);
}
