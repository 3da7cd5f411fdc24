import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ProtocolError } from '../wire-errors.ts';

const derive = promisify(pbkdf2);
// A hostile source chooses the count; PostgreSQL's default is 4,096.
const ITERATIONS_MAX = 1_000_000;
const HEADER = 'n,,';

export type Scram = {
  readonly first: string;
  /** The answer to the server's first message. */
  answer(serverFirst: string): Promise<string>;
  /** Throws unless the server proved that it knows the password too. */
  verify(serverFinal: string): void;
};

/** SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding. */
export function createScram(password: string): Scram {
  const nonce = randomBytes(18).toString('base64');
  const firstBare = `n=,r=${nonce}`;
  let serverSignature: Buffer | null = null;
  return {
    first: HEADER + firstBare,
    async answer(serverFirst) {
      const fields = attributes(serverFirst);
      const serverNonce = fields.get('r') ?? '';
      const salt = Buffer.from(fields.get('s') ?? '', 'base64');
      const iterations = Number(fields.get('i'));
      if (!serverNonce.startsWith(nonce) || serverNonce.length <= nonce.length || salt.length === 0)
        throw new ProtocolError('bad SCRAM challenge');
      if (!Number.isInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX)
        throw new ProtocolError('bad SCRAM iteration count');
      const salted = await derive(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash('sha256').update(clientKey).digest();
      const finalWithoutProof = `c=${Buffer.from(HEADER).toString('base64')},r=${serverNonce}`;
      const authMessage = `${firstBare},${serverFirst},${finalWithoutProof}`;
      const signature = hmac(storedKey, authMessage);
      serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
      const proof = clientKey.map((byte, index) => byte ^ signature[index]!);
      return `${finalWithoutProof},p=${Buffer.from(proof).toString('base64')}`;
    },
    verify(serverFinal) {
      const given = Buffer.from(attributes(serverFinal).get('v') ?? '', 'base64');
      if (
        serverSignature === null ||
        given.length !== serverSignature.length ||
        !timingSafeEqual(given, serverSignature)
      ) {
        throw new ProtocolError('the server did not prove that it knows the password');
      }
    },
  };
}

const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const attributes = (text: string) => new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)] as const));
