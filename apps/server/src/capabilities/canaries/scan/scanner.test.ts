import { describe, expect, test } from 'vitest';
import { createScanner } from './scanner.ts';
import { newToken, tokenPattern } from './token.ts';

const token = '3f8a90c1d2e4b5a6978801020304abcd';
const other = newToken();
const scanner = createScanner([other, token]);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const find = (chunk: string | Uint8Array): string | null =>
  scanner.start().next(typeof chunk === 'string' ? bytesOf(chunk) : chunk);
const base64 = (text: string | Uint8Array): string => Buffer.from(text as Uint8Array).toString('base64');
const uuid = (text: string): string => text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const each = (how: (code: string) => string): string =>
  Array.from(token, (character) => how(character.charCodeAt(0).toString(16).padStart(2, '0'))).join('');
const raw = Buffer.from(token, 'hex');

test('a token is 128 random bits, another each time', () => {
  expect(newToken()).toMatch(tokenPattern);
  expect(newToken()).not.toBe(newToken());
});

describe('a token is found', () => {
  test.each<[string, string | Uint8Array]>([
    ['as it is', `{"name":"${token}"}`],
    ['in upper case', `X${token.toUpperCase()}X`],
    ['as a UUID', uuid(token)],
    ['in braces, upper case', `{${uuid(token).toUpperCase()}}`],
    ['backwards', Array.from(token).reverse().join('')],
    ['with a space between its digits', Array.from(token).join(' ')],
    ['with an invisible space between its digits', Array.from(token).join('\u200b')],
    ['over several lines', token.replace(/(.{4})/g, '$1\r\n')],
    ['after an equals sign, as in a URL', `https://example.org/?q=${token}&x=1`],
    ['after a percent sign', `100%${token}`],
    ['in escapes of JSON', each((code) => `\\u00${code}`)],
    ['in escapes of JSON within JSON', JSON.stringify(JSON.stringify(each((code) => `\\u00${code}`)))],
    ['in escapes of JavaScript', each((code) => `\\u{${code}}`)],
    ['in escapes of bytes', each((code) => `\\x${code}`)],
    ['in escapes of HTML', each((code) => `&#x${code};`)],
    ['in decimal escapes of XML', each((code) => `&#${Number.parseInt(code, 16)};`)],
    ['in escapes of a URL', each((code) => `%${code}`)],
    ['in escapes of a URL, twice', each((code) => `%25${code}`)],
    ['in quoted-printable', each((code) => `=${code.toUpperCase()}`)],
    ['in escapes with an escaped digit in front', `key=\\u0033${token.slice(1)}`],
    ['in UTF-16', Buffer.from(token, 'utf16le')],
    ['in big-endian UTF-16', Buffer.from(token, 'utf16le').swap16()],
    ['as sixteen bytes', Buffer.concat([Buffer.from('before'), raw, Buffer.from('after')])],
    ['in base 16 of its digits', Buffer.from(token).toString('hex')],
    ['in base64', base64(token)],
    ['in base64, one byte in', base64(`x${token}y`)],
    ['in base64, two bytes in', base64(`xx${token}y`)],
    ['in base64 for URLs', Buffer.from(`??>${token}>>`).toString('base64url')],
    ['in base64 with slashes escaped', JSON.stringify(base64(`???${token}???`)).replaceAll('/', '\\/')],
    ['in base64 of lines, as a mail has it', base64(`${'x'.repeat(50)}${token}`).replace(/(.{20})/g, '$1\r\n')],
    ['in base64 of lines within JSON', JSON.stringify(base64(`${'x'.repeat(50)}${token}`).replace(/(.{20})/g, '$1\n'))],
    ['in base64 of its sixteen bytes', base64(raw)],
    ['in base64 of its sixteen bytes, one byte in', base64(Buffer.concat([Buffer.of(1), raw, Buffer.of(2, 3)]))],
    ['in base64 of UTF-16', base64(Buffer.from(token, 'utf16le'))],
    ['in base64 of base64', base64(base64(`say ${token}`))],
    ['in base64 of base 16 of base64', base64(Buffer.from(base64(token)).toString('hex'))],
    ['in base64 of JSON with escapes', base64(JSON.stringify({ a: each((code) => `\\u00${code}`) }))],
    ['in base 10, as a Buffer is in JSON', JSON.stringify({ cell: Buffer.from(`rows: ${token}`) })],
    ['in base 10, as an array of bytes is in JSON', JSON.stringify({ cell: new TextEncoder().encode(token) }, null, 2)],
    ['in base 10, signed', `[${[...new Int8Array(raw)].join(', ')}]`],
    [
      'in base 10 of its sixteen bytes, in JSON within JSON',
      JSON.stringify(JSON.stringify({ cell: new Uint8Array(raw) })),
    ],
    ['as sixteen bytes that were taken for a text', JSON.stringify({ cell: raw.toString('latin1') })],
    ['in a data URL', `data:text/plain;base64,${base64(`rows: ${token}`)}`],
  ])('%s', (_, chunk) => {
    expect(find(chunk)).toBe(token);
  });

  test('as sixteen bytes of which JSON escapes some', () => {
    const awkward = '5c22080a0d1f7f80ff5c2fe4b5a69722';
    const text = JSON.stringify({ cell: Buffer.from(awkward, 'hex').toString('latin1') });
    expect(createScanner([awkward]).start().next(bytesOf(text))).toBe(awkward);
  });

  test('in whatever pieces it comes, and wherever among much else', () => {
    const around = 'lorem ipsum dolor 0123456789 '.repeat(20_000);
    const whole = bytesOf(`${around}${each((code) => `\\u00${code}`)}${around}`);
    for (const size of [1_000, 65_536, 70_001]) {
      const scan = scanner.start();
      let found: string | null = null;
      for (let at = 0; at < whole.length && found === null; at += size)
        found = scan.next(whole.subarray(at, at + size));
      expect(found).toBe(token);
    }
    const byteByByte = scanner.start();
    const [...bytes] = bytesOf(`nothing here ${uuid(token)}`);
    expect(bytes.map((byte) => byteByByte.next(Uint8Array.of(byte))).at(-1)).toBe(token);
  });
});

describe('nothing is found', () => {
  test.each<[string, string]>([
    ['in nothing', ''],
    ['in a part of a token', token.slice(0, 31)],
    ['in a token with another digit', token.replace('a', 'b')],
    ['in somebody else’s random digits', newToken().repeat(100)],
    ['in prose', 'The quick brown fox jumps over the lazy dog, 100% of the time; a=b&c=d \\n '.repeat(500)],
  ])('%s', (_, text) => {
    expect(find(text)).toBeNull();
  });

  test.each<[string, string]>([
    ['backslashes', '\\'],
    ['halves of escapes', '\\u00'],
    ['digits', '7,'],
    ['blanks', 'aa  '],
    ['signs of entities', '&#'],
  ])('in a megabyte of %s, which takes no longer to look through than other text', (_, text) => {
    expect(find(text.repeat(1_000_000 / text.length))).toBeNull();
  });

  test('where none is planted', () => {
    expect(createScanner([]).start().next(bytesOf(token))).toBeNull();
  });
});
