import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** What an operation answers: data, nothing (a missing key), or the engine's refusal. */
export type Outcome =
  | { readonly kind: 'data'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string };

type Version = { readonly encryption: Buffer; readonly authentication: Buffer };
type Key = {
  readonly versions: Map<number, Version>;
  latest: number;
  available: number;
  minDecryption: number;
  minEncryption: number;
};

const refused = (why: string): Outcome => ({ kind: 'refused', why });
const data = (fields: Readonly<Record<string, unknown>>): Outcome => ({ kind: 'data', data: fields });

/**
 * Keys of type `aes256-gcm96` as the real engine keeps them: versions from 1, an encryption key and an HMAC key each; what lies
 * below `min_decryption_version` is archived, what lies below `min_available_version` is gone.
 */
export class TransitKeys {
  readonly #keys = new Map<string, Key>();

  read(name: string): Outcome {
    const key = this.#keys.get(name);
    return key === undefined ? { kind: 'missing' } : describe(name, key);
  }

  create(name: string): Outcome {
    const key = this.#keys.get(name) ?? {
      versions: new Map([[1, newVersion()]]),
      latest: 1,
      available: 0,
      minDecryption: 1,
      minEncryption: 0,
    };
    this.#keys.set(name, key);
    return describe(name, key);
  }

  rotate(name: string): Outcome {
    return this.#with(name, (key) => {
      key.latest += 1;
      key.versions.set(key.latest, newVersion());
      return describe(name, key);
    });
  }

  configure(name: string, body: Readonly<Record<string, unknown>>): Outcome {
    return this.#with(name, (key) => {
      const decryption = integerOr(body['min_decryption_version'], key.minDecryption);
      const encryption = integerOr(body['min_encryption_version'], key.minEncryption);
      if (decryption < 0 || encryption < 0) return refused('versions cannot be negative');
      if (decryption > key.latest || encryption > key.latest) return refused('version is newer than the latest');
      if (encryption > 0 && encryption < decryption) return refused('min encryption is less than min decryption');
      if (key.available > encryption || key.available > decryption) return refused('less than min available version');
      key.minDecryption = Math.max(1, decryption);
      key.minEncryption = encryption;
      return describe(name, key);
    });
  }

  trim(name: string, body: Readonly<Record<string, unknown>>): Outcome {
    return this.#with(name, (key) => {
      const first = integerOr(body['min_available_version'], 0);
      if (first < 1) return refused('minimum available version should be positive');
      if (first < key.available) return refused('minimum available version cannot be decremented');
      if (key.minEncryption === 0) return refused('minimum encryption version is not set');
      if (first > key.minEncryption || first > key.minDecryption) return refused('greater than the minimum versions');
      key.available = first;
      for (const version of key.versions.keys()) if (version < first) key.versions.delete(version);
      return describe(name, key);
    });
  }

  encrypt(name: string, body: Readonly<Record<string, unknown>>): Outcome {
    return this.#with(name, (key) => {
      const plaintext = bytesOf(body['plaintext']);
      const associated = bytesOf(body['associated_data'] ?? '');
      const version = key.versions.get(key.latest);
      if (plaintext === null || associated === null || version === undefined) return refused('invalid base64');
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', version.encryption, nonce).setAAD(associated);
      const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      return data({ ciphertext: `vault:v${key.latest}:${sealed.toString('base64')}`, key_version: key.latest });
    });
  }

  decrypt(name: string, body: Readonly<Record<string, unknown>>): Outcome {
    return this.#with(name, (key) => {
      const [, number, text] = /^vault:v(\d+):(.+)$/.exec(String(body['ciphertext'])) ?? [];
      const sealed = bytesOf(text);
      const associated = bytesOf(body['associated_data'] ?? '');
      if (sealed === null || sealed.length < 28 || associated === null) return refused('invalid ciphertext');
      const version = key.versions.get(Number(number));
      if (Number(number) < key.minDecryption) return refused('ciphertext or signature version is disallowed by policy');
      if (version === undefined) return refused('invalid ciphertext: version is too new');
      try {
        const decipher = createDecipheriv('aes-256-gcm', version.encryption, sealed.subarray(0, 12), {
          authTagLength: 16,
        });
        decipher.setAAD(associated).setAuthTag(sealed.subarray(-16));
        const plaintext = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
        return data({ plaintext: plaintext.toString('base64') });
      } catch {
        return refused('invalid ciphertext: unable to decrypt');
      }
    });
  }

  hmac(name: string, body: Readonly<Record<string, unknown>>): Outcome {
    return this.#with(name, (key) => {
      const input = bytesOf(body['input']);
      const number = integerOr(body['key_version'], 0) || key.latest;
      if (input === null) return refused('unable to decode input as base64');
      if (number !== key.latest && key.minEncryption > 0 && number < key.minEncryption)
        return refused('cannot generate HMAC: version is too old (disallowed by policy)');
      const version = key.versions.get(number);
      // Archived versions are not loaded.
      if (version === undefined || number < key.minDecryption) return refused('key version does not exist');
      const mac = createHmac('sha256', version.authentication).update(input).digest('base64');
      return data({ hmac: `vault:v${number}:${mac}` });
    });
  }

  #with(name: string, action: (key: Key) => Outcome): Outcome {
    const key = this.#keys.get(name);
    return key === undefined ? refused('encryption key not found') : action(key);
  }
}

function newVersion(): Version {
  return { encryption: randomBytes(32), authentication: randomBytes(32) };
}

function describe(name: string, key: Key): Outcome {
  const loaded = [...key.versions.keys()].filter((version) => version >= key.minDecryption);
  return data({
    name,
    type: 'aes256-gcm96',
    derived: false,
    deletion_allowed: false,
    exportable: false,
    allow_plaintext_backup: false,
    latest_version: key.latest,
    min_available_version: key.available,
    min_decryption_version: key.minDecryption,
    min_encryption_version: key.minEncryption,
    keys: Object.fromEntries(loaded.map((version) => [version, 1_442_851_412])),
  });
}

function integerOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : otherwise;
}

/** null when it is not base64 as the engine takes it. */
function bytesOf(value: unknown): Buffer | null {
  if (typeof value !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value))
    return null;
  return Buffer.from(value, 'base64');
}
