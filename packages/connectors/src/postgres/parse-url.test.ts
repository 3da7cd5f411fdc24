import { inspect } from 'node:util';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { problemOf } from '../../test/contract-suite.ts';
import { describeAddress } from './address.ts';
import { connectPostgres } from './index.ts';
import { parsePostgresUrl } from './parse-url.ts';
import { refuseIp, resolveHost } from '../resolve.ts';

const refused = [
  { host: '127.0.0.1', port: 7600 },
  { host: '0.0.0.0', port: 7700 },
];
const parse = (url: string) => parsePostgresUrl(url, { refused });

test.each([
  [
    'postgres://ann:s%40%3Acret@db.example.com/sales',
    { host: 'db.example.com', port: 5432, user: 'ann', database: 'sales', tls: 'verified' },
    's@:cret',
  ],
  [
    'postgresql://ann@DB.example.com:6432',
    { host: 'db.example.com', port: 6432, user: 'ann', database: 'ann', tls: 'verified' },
    null,
  ],
  ['postgres://ann:@10.0.0.5/d', { host: '10.0.0.5', database: 'd', tls: 'verified' }, ''],
  ['postgres://ann:x@localhost/d', { host: 'localhost', tls: 'off' }, 'x'],
  ['postgres://ann:x@[::1]:5433/d', { host: '::1', port: 5433, tls: 'off' }, 'x'],
  ['postgres://ann:x@localhost/d?sslmode=verify-full', { tls: 'verified' }, 'x'],
  ['postgres://ann:x@db/d?sslmode=require', { tls: 'unverified' }, 'x'],
  ['postgres://ann:x@db/d?sslmode=verify-ca', { tls: 'verified-chain' }, 'x'],
  ['postgres://ann:x@db/d?sslmode=disable', { tls: 'off' }, 'x'],
  ['postgres://ann:x@db/d?sslmode=prefer', { tls: 'optional' }, 'x'],
])('%s is read into its parts', (url, parts, password) => {
  const address = parse(url);
  expect(address).toMatchObject({ kind: 'tcp', ...parts });
  expect(address.password).toBe(password);
});

test.each([
  'mysql://u@h/d',
  'postgres:u@h',
  'postgres://',
  'postgres://u@/d',
  'postgres:///d',
  'postgres://h/d',
  'postgres://u@h:0/d',
  'postgres://u@h:65536/d',
  'postgres://u@h:x/d',
  'postgres://u@a,b/d',
  'postgres://u@%2Fvar%2Frun%2Fpostgresql/d',
  'postgres://u@h/d#x',
  'postgres://u@h@evil/d',
  'postgres://u@h\\evil/d',
  'postgres://u@h /d',
  'postgres://u@h/d%00x',
  'postgres://u%00@h/d',
  'postgres://u@h/%zz',
  'postgres://u@h/d/e',
  'postgres://u@[fe80::1%25eth0]/d',
  'postgres://u@[nope]/d',
  `postgres://u@${'h'.repeat(300)}/d`,
  'postgres://u@169.254.169.254/d',
  'postgres://u@169.254.1.1/d',
  'postgres://u@[fe80::1]/d',
  'postgres://u@[fd00:ec2::254]/d',
  'postgres://u@100.100.100.200/d',
  'postgres://u@0.0.0.0/d',
  'postgres://u@[::]/d',
  'postgres://u@224.0.0.1/d',
  'postgres://u@[ff02::1]/d',
  'postgres://u@255.255.255.255/d',
  'postgres://u@[::ffff:169.254.169.254]/d',
  'postgres://u@[64:ff9b::a9fe:a9fe]/d',
  'postgres://u@[2002:a9fe:a9fe::]/d',
  'postgres://u@2130706433/d',
  'postgres://u@0x7f.1/d',
  'postgres://u@0177.0.0.1/d',
  'postgres://u@127.1/d',
  'postgres://u@0xa9fea9fe/d',
  'postgres://u@127.0.0.1:7600/d',
  'postgres://u@127.0.0.2:7600/d',
  'postgres://u@[::1]:7600/d',
  'postgres://u@[::ffff:127.0.0.1]:7600/d',
  'postgres://u@127.0.0.1:7700/d',
  'postgres://u@h/d?sslmode=allow',
  'postgres://u@h/d?sslmode=',
  'postgres://u@h/d?sslmode=require&sslmode=disable',
  'postgres://u@h/d?sslmode=toString',
  'postgres://u@h/d?&',
  ...[
    'sslkey',
    'sslcert',
    'sslrootcert',
    'passfile',
    'service',
    'options',
    'host',
    'hostaddr',
    'port',
    'user',
    'password',
    'dbname',
    'application_name',
    'SSLMODE',
    'target_session_attrs',
  ].map((name) => `postgres://u@h/d?${name}=/etc/passwd`),
])('%s is refused', (url) => {
  expect(() => parse(url)).toThrow(expect.objectContaining({ code: 'sources/bad_address', status: 422 }));
});

test('a parameter that reads a file is refused by its name', () => {
  expect(() => parse('postgres://u@h/d?sslkey=/root/.ssh/id_rsa')).toThrow('the parameter `sslkey` is not allowed');
  expect(() => parse('postgres://u@h/d?frob=1')).toThrow('`frob`');
});

test('no error, copy, JSON or inspection of an address shows the password', () => {
  for (const url of [
    'postgres://ann:hunter2@[x/d',
    'postgres://ann:hunter2@h:99999/d',
    'postgres://ann:hun?ter2@h/d',
    'postgres://ann:hunter2%@h/d',
    'postgres://ann:hunter2@h/d?hunter2=1;hunter2',
  ]) {
    try {
      parse(url);
      expect.unreachable();
    } catch (error) {
      expect(`${inspect(error, { showHidden: true })}`).not.toMatch(/hunter2|ter2@/);
    }
  }
  const address = parse('postgres://ann:hunter2@db/sales');
  expect(
    `${inspect(address)}${JSON.stringify(address)}${JSON.stringify({ ...address })}${describeAddress(address)}${inspect(connectPostgres(address))}`,
  ).not.toContain('hunter2');
  expect(describeAddress(address)).toBe('db:5432/sales');
});

describe('a name is judged by the addresses it has', () => {
  test('localhost leads to our own listeners and is refused there alone', async () => {
    expect(await problemOf(resolveHost('localhost', 7600, refused))).toMatchObject({ code: 'sources/bad_address' });
    expect(await resolveHost('localhost', 7601, refused)).not.toEqual([]);
  });

  test('a name without an address is run/unavailable', async () => {
    expect(await problemOf(resolveHost('nowhere.invalid', 5432, []))).toMatchObject({ code: 'run/unavailable' });
  });

  test('a listener on all interfaces is ours on each of them', () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address)
      .filter((address) => !address.startsWith('fe80'));
    expect(addresses.map((address) => refuseIp(address, 7700, refused))).not.toContain(null);
    expect(refuseIp('127.0.0.1', 7700, refused)).toBe('the address is one of our own');
  });

  test('private networks are allowed: databases live there', () => {
    for (const ip of [
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      'fd12::1',
      '8.8.8.8',
      '2001:4860:4860::8888',
    ])
      expect(refuseIp(ip, 5432, refused)).toBeNull();
  });
});

test('our own database is refused by the name it is configured with, at its port alone', () => {
  const own = [{ host: 'db.internal', port: 5432 }];
  for (const host of ['db.internal', 'DB.Internal', 'db.internal.'])
    expect(() => parsePostgresUrl(`postgres://u@${host}/x`, { refused: own })).toThrow('the address is one of our own');
  expect(parsePostgresUrl('postgres://u@db.internal:5433/x', { refused: own })).toMatchObject({ port: 5433 });
});
