import { findMariadb, LOCALHOST_CERTIFICATE, LOCALHOST_KEY, startMariadb, type TestMariadb } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { parseMariadbUrl } from './address.ts';
import { connectMariadb } from './index.ts';

const isThere = (await findMariadb()) !== null;

test('TLS is verified unless the address says otherwise, but for this machine', () => {
  expect(parseMariadbUrl('mariadb://u:p@db.example/shop')).toMatchObject({ tls: 'verified', port: 3306 });
  expect(parseMariadbUrl('mysql://u:p@127.0.0.1:3307')).toMatchObject({ tls: 'off', port: 3307, database: '' });
  for (const url of [
    'mariadb://u:p@169.254.169.254/d',
    'mariadb://u:p@h/d?sslkey=x',
    'mariadb://u:p@h/d?allowLoadLocalInfile=1',
    'postgres://u@h/d',
    'mariadb://u:p@h,i/d',
  ])
    expect(() => parseMariadbUrl(url)).toThrow(expect.objectContaining({ code: 'sources/bad_address' }));
});

describe.skipIf(!isThere)('a MariaDB that speaks TLS', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb({ tls: { certificate: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY } });
  });
  afterAll(() => mariadb?.stop());
  const open = (host: string, mode: string, certificateAuthorities?: string[]) => {
    const { user, password } = mariadb.superuser;
    return connectMariadb(parseMariadbUrl(`mariadb://${user}:${password}@${host}:${mariadb.port}/?sslmode=${mode}`), {
      connectTimeoutMs: 5000,
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    });
  };
  const ask = async (host: string, mode: string, authorities?: string[]) => {
    await using connector = open(host, mode, authorities);
    const sql = "select variable_value <> '' from information_schema.session_status where variable_name = 'Ssl_cipher'";
    return await readAll(await connector.run(uncheckedSql('mariadb', sql), LIMITS));
  };

  test('a certificate that nobody vouches for, or for another name, is refused', async () => {
    for (const mode of ['verify-full', 'verify-ca'])
      expect(await problemOf(ask('localhost', mode))).toMatchObject({ code: 'sources/tls_refused', status: 422 });
    expect(await problemOf(ask('127.0.0.1', 'verify-full', [LOCALHOST_CERTIFICATE]))).toMatchObject({
      code: 'sources/tls_refused',
    });
  });

  test('everything after the greeting is encrypted where TLS is asked for', async () => {
    expect(await ask('localhost', 'verify-full', [LOCALHOST_CERTIFICATE])).toEqual([[1]]);
    expect(await ask('127.0.0.1', 'verify-ca', [LOCALHOST_CERTIFICATE])).toEqual([[1]]);
    for (const mode of ['require', 'prefer']) expect(await ask('localhost', mode)).toEqual([[1]]);
    expect(await ask('localhost', 'disable')).toEqual([[0]]);
  });

  test('unverified TLS is a warning, and a cancel works over it', async () => {
    await using connector = open('localhost', 'require');
    expect((await connector.describeRights()).warnings).toContain('TLS unverified');
    const controller = new AbortController();
    const work = connector
      .run(
        uncheckedSql('mariadb', 'select count(*) from mysql.seq_1_to_1000000000 a where seq % 7 = 3'),
        LIMITS,
        controller.signal,
      )
      .then(readAll);
    controller.abort();
    expect(await problemOf(work)).toMatchObject({ code: 'run/cancelled' });
  });
});
