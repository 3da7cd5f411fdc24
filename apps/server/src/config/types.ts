import type { VerifierKey } from '@strongroom/merkle-log';
import type { Secret } from './secret.ts';

/** Who cosigns the audit log: where `add-checkpoint` is called (https, or http on this machine), and the key it signs with. */
export type WitnessAddress = { readonly url: URL; readonly key: VerifierKey };

/** Settings that may be shown to anyone who runs the server. Nothing in here is secret. */
export type Config = {
  /** Absolute. Nothing in it is readable by other people of the machine. */
  readonly home: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Origin people open, e.g. `https://rooms.example.com`; null: the address listened on. */
  readonly publicUrl: string | null;
  /** The certificate chain, PEM. Its key is a secret. */
  readonly tls: { readonly certificate: string } | null;
  /** null: the evaluation identity provider. */
  readonly issuer: { readonly url: string; readonly clientId: string } | null;
  /** Who becomes the first administrator with a real issuer. */
  readonly adminEmail: string | null;
  readonly database: 'embedded' | 'external';
  /** null: the built-in translator answers. */
  readonly model: {
    readonly url: string;
    readonly name: string | null;
    /** Where it is, in a word of the operator's; null: not said. */
    readonly region: string | null;
    /** How long its provider keeps what it is sent, in the operator's words; null: not said. */
    readonly retention: string | null;
    /** Private networks, as `10.0.0.0/8`, that a name of its may lead to. */
    readonly networks: readonly string[];
  } | null;
  /**
   * null: the key file holds the keys. `url` is that of the engine's mount, without a slash at its end; `tokenFile` is absolute;
   * `key` begins the names of the engine's keys.
   */
  readonly transit: { readonly url: string; readonly tokenFile: string; readonly key: string } | null;
  /** At most eight, each of another name. */
  readonly witnesses: readonly WitnessAddress[];
  readonly sample: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
};

export type Secrets = {
  readonly databaseUrl: Secret | null;
  readonly modelKey: Secret | null;
  readonly oidcClientSecret: Secret | null;
  readonly tlsKey: Secret | null;
};

export type Environment = { readonly config: Config; readonly secrets: Secrets; readonly warnings: readonly string[] };
