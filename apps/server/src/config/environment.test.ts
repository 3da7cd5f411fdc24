import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { printVerifierKey, verifierKey } from '@strongroom/merkle-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError, prepareHome, readEnvironment, writePrivateFile } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'strongroom-config-'));
  for (const name of ['cert', 'key', 'client']) await writeFile(path.join(folder, name), `${name} contents\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const beyond = {
  STRONGROOM_HOST: '0.0.0.0',
  STRONGROOM_PUBLIC_URL: 'https://rooms.example.com',
  STRONGROOM_TLS_CERT: 'cert',
  STRONGROOM_TLS_KEY: 'key',
  STRONGROOM_OIDC_ISSUER: 'https://id.example.com',
  STRONGROOM_OIDC_CLIENT_ID: 'strongroom',
  STRONGROOM_OIDC_CLIENT_SECRET_FILE: 'client',
};
function mistakesOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment(variables, folder);
    return [];
  } catch (error) {
    return error instanceof ConfigurationError ? error.mistakes : [String(error)];
  }
}

describe('the environment', () => {
  test('nothing set means everything embedded, on loopback', () => {
    const { config, secrets } = readEnvironment({}, folder);
    expect(config).toMatchObject({
      home: path.join(folder, '.strongroom'),
      host: '127.0.0.1',
      port: 7600,
      database: 'embedded',
      issuer: null,
      tls: null,
      sample: true,
      model: null,
      transit: null,
      witnesses: [],
    });
    expect(secrets).toEqual({ databaseUrl: null, modelKey: null, oidcClientSecret: null, tlsKey: null });
  });

  test('beyond loopback everything that makes it safe is accepted', () => {
    const { config, secrets } = readEnvironment(beyond, folder);
    expect(config).toMatchObject({
      publicUrl: 'https://rooms.example.com',
      issuer: { url: 'https://id.example.com/' },
      tls: { certificate: 'cert contents\n' },
    });
    expect(secrets.oidcClientSecret?.reveal()).toBe('client contents');
  });

  test.each([
    'STRONGROOM_TLS_CERT',
    'STRONGROOM_TLS_KEY',
    'STRONGROOM_OIDC_ISSUER',
    'STRONGROOM_OIDC_CLIENT_ID',
    'STRONGROOM_PUBLIC_URL',
  ] as const)('beyond loopback without %s the start is refused', (name) => {
    const { [name]: _left, ...rest } = beyond;
    expect(mistakesOf(rest).join('\n')).toContain(name);
  });

  test.each([
    ['a port', { STRONGROOM_PORT: '70000' }, /^STRONGROOM_PORT: must be a whole number from 0 to 65535$/],
    ['a switch', { STRONGROOM_SAMPLE: 'no' }, /^STRONGROOM_SAMPLE: must be `on` or `off`$/],
    ['a database', { STRONGROOM_DATABASE_URL: 'mysql://x' }, /^STRONGROOM_DATABASE_URL: must be an address/],
    ['a model without an address', { STRONGROOM_MODEL: 'm' }, /^STRONGROOM_MODEL: needs STRONGROOM_MODEL_URL/],
    ['a password in an address', { STRONGROOM_MODEL_URL: 'http://a:b@c' }, /put it in STRONGROOM_MODEL_KEY$/],
    [
      'a file that is not there',
      { STRONGROOM_TLS_CERT: 'none', STRONGROOM_TLS_KEY: 'key' },
      /^STRONGROOM_TLS_CERT: can't read the file `none`$/,
    ],
    [
      'an issuer without TLS',
      { ...beyond, STRONGROOM_OIDC_ISSUER: 'http://id.example.com' },
      /^STRONGROOM_OIDC_ISSUER: must be an https address$/,
    ],
    [
      'a public name with the evaluation provider',
      { STRONGROOM_PUBLIC_URL: 'https://rooms.example.com' },
      /^STRONGROOM_PUBLIC_URL: beyond this machine a real issuer is needed/,
    ],
  ])('%s that is wrong is one line that names the setting', (_what, variables, line) => {
    expect(mistakesOf(variables as Record<string, string>)).toEqual([expect.stringMatching(line)]);
  });

  const transit = {
    STRONGROOM_TRANSIT_URL: 'https://vault.example.com:8200/v1/transit/',
    STRONGROOM_TRANSIT_TOKEN_FILE: 'client',
  };
  test('a transit engine is its mount, its token file and the beginning of its keys', () => {
    const tokenFile = path.join(folder, 'client');
    const url = 'https://vault.example.com:8200/v1/transit';
    expect(readEnvironment(transit, folder).config.transit).toEqual({ url, tokenFile, key: 'strongroom' });
    const near = { ...transit, STRONGROOM_TRANSIT_URL: 'http://127.0.0.1:8200/v1/a/b', STRONGROOM_TRANSIT_KEY: 'ours' };
    expect(readEnvironment(near, folder).config.transit).toEqual({
      url: 'http://127.0.0.1:8200/v1/a/b',
      tokenFile,
      key: 'ours',
    });
  });

  test.each([
    [{ STRONGROOM_TRANSIT_URL: 'http://vault.example.com:8200/v1/transit' }, /_URL: must be an https address$/],
    [{ STRONGROOM_TRANSIT_URL: 'ftp://vault.example.com/v1/transit' }, /_URL: must be an https address$/],
    [{ STRONGROOM_TRANSIT_URL: 'https://a:b@vault.example.com/v1/transit' }, /_URL: must be scheme, host, port/],
    [{ STRONGROOM_TRANSIT_URL: 'https://vault.example.com/v1/transit?x' }, /_URL: must be scheme, host, port/],
    [{ STRONGROOM_TRANSIT_URL: 'https://vault.example.com' }, /_URL: must name the mount/],
    [{ STRONGROOM_TRANSIT_URL: '' }, /_TOKEN_FILE: needs STRONGROOM_TRANSIT_URL as well$/],
    [{ STRONGROOM_TRANSIT_TOKEN_FILE: '' }, /_URL: needs STRONGROOM_TRANSIT_TOKEN_FILE as well$/],
    [{ STRONGROOM_TRANSIT_TOKEN_FILE: 'none' }, /_TOKEN_FILE: can't read the file `none`$/],
    [{ STRONGROOM_TRANSIT_KEY: '../root' }, /_KEY: must be at most 64 letters/],
  ])('a transit engine with %o is refused', (wrong, line) => {
    expect(mistakesOf({ ...transit, ...wrong })).toEqual([expect.stringMatching(line)]);
  });

  const keyOf = (name: string, kind: 'witness' | 'log' = 'witness') =>
    printVerifierKey(verifierKey(name, kind, generateKeyPairSync('ed25519').publicKey));
  test('witnesses are addresses and keys, over as many lines as one likes', () => {
    const [first, second] = [keyOf('w.example'), keyOf('v.example')];
    const list = ` https://w.example/witness/ ${first}\n\thttp://127.0.0.1:7601/add-checkpoint\n${second}`;
    const { witnesses } = readEnvironment({ STRONGROOM_WITNESSES: list }, folder).config;
    expect(witnesses.map(({ url, key }) => [url.href, printVerifierKey(key)])).toEqual([
      ['https://w.example/witness/add-checkpoint', first],
      ['http://127.0.0.1:7601/add-checkpoint', second],
    ]);
  });

  test.each([
    ['a key alone', () => keyOf('w.example'), /: must be pairs of an address and a key/],
    ['a bad key', () => 'https://w.example w.example+00000000+AAAA', /: witness 1: this is not a public key/],
    ['a key of a log', () => `https://w.example ${keyOf('w.example', 'log')}`, /: witness 1: this is the key of a log/],
    ['plain http', () => `http://w.example ${keyOf('w.example')}`, /: witness 1: its address must be https/],
    ['a password', () => `https://a:b@w.example ${keyOf('w.example')}`, /: witness 1: its address must be scheme/],
    ['no address', () => `w.example ${keyOf('w.example')}`, /: witness 1: its address must be https/],
    [
      'a name twice',
      () => `https://w.example ${keyOf('w.example')} https://v.example ${keyOf('w.example')}`,
      /: witness 2: there are two witnesses of the name `w.example`$/,
    ],
    [
      'nine witnesses',
      () => Array.from({ length: 9 }, (_, at) => `https://w${at}.example ${keyOf(`w${at}.example`)}`).join(' '),
      /: must be at most 8 witnesses$/,
    ],
  ])('witnesses with %s are refused, in one line that repeats no secret', (_what, list, line) => {
    const said = mistakesOf({ STRONGROOM_WITNESSES: list() });
    expect(said).toEqual([expect.stringMatching(line)]);
    expect(said[0]).toMatch(/^STRONGROOM_WITNESSES: /);
    expect(said[0]).not.toContain('a:b');
  });

  test('every mistake is said at once', () => {
    expect(mistakesOf({ STRONGROOM_PORT: 'x', STRONGROOM_SAMPLE: 'x' })).toHaveLength(2);
  });

  test('a misspelt setting is named, not ignored in silence', () => {
    expect(readEnvironment({ STRONGROOM_SAMPEL: 'off' }, folder).warnings).toEqual([
      'STRONGROOM_SAMPEL is not a setting of Strongroom and is ignored',
    ]);
  });

  test('secrets are never printed', () => {
    const { secrets } = readEnvironment(
      {
        STRONGROOM_MODEL_URL: 'http://m',
        STRONGROOM_MODEL_KEY: 'planted-4242',
        STRONGROOM_DATABASE_URL: 'postgres://u:planted-4242@h/d',
      },
      folder,
    );
    expect(
      `${inspect(secrets, { depth: 9, showHidden: true })}${JSON.stringify(secrets)}${String(secrets.modelKey)}`,
    ).not.toContain('planted');
  });
});

describe('the home folder', () => {
  test('it is for its owner alone, also when it was open before', async () => {
    const home = path.join(folder, 'a', 'home');
    await prepareHome(home);
    await chmod(home, 0o755);
    await prepareHome(home);
    expect((await stat(home)).mode & 0o066).toBe(0);
  });

  test('a folder that can not be written is one line', { timeout: 5_000 }, async () => {
    await expect(prepareHome('/proc/strongroom')).rejects.toThrow(
      /^STRONGROOM_HOME: can't write to `\/proc\/strongroom`: /,
    );
    await expect(prepareHome(path.join(folder, 'cert'))).rejects.toThrow(/it is not a folder$/);
  });

  test('a private file is replaced whole', async () => {
    const file = path.join(folder, 'token');
    await writePrivateFile(file, 'one');
    await writePrivateFile(file, 'two');
    expect(await readFile(file, 'utf8')).toBe('two');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
