import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { regionSchema } from '@strongroom/protocol';
import { z } from 'zod';
import type { Config, Environment } from './types.ts';
import { isLoopback } from './loopback.ts';
import { Secret } from './secret.ts';
import { readWitnesses } from './witnesses.ts';

/** What is wrong with the environment, one line a mistake. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'ConfigurationError';
    this.mistakes = mistakes;
  }
}

const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? null : value))
  .nullable()
  .default(null);

/** `null` for an empty or absent variable; otherwise a URL of one of `protocols`. */
function url(protocols: readonly string[], what: string) {
  return text.transform((value, context) => {
    if (value === null) return null;
    const parsed = URL.canParse(value) ? new URL(value) : null;
    if (parsed !== null && protocols.includes(parsed.protocol)) return parsed;
    context.addIssue(what);
    return z.NEVER;
  });
}

const port = text.transform((value, context) => {
  if (value === null) return 7600;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  context.addIssue('must be a whole number from 0 to 65535');
  return z.NEVER;
});

const sample = text.transform((value, context) => {
  if (value === null || value === 'on') return true;
  if (value === 'off') return false;
  context.addIssue('must be `on` or `off`');
  return z.NEVER;
});

const transitKey = text.transform((value, context) => {
  if (value === null || /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(value)) return value;
  context.addIssue('must be at most 64 letters, digits, - and _');
  return z.NEVER;
});

/** `ADDRESS/LENGTH`, and so on for more, with any space or comma between. */
const networks = text.transform((value, context) => {
  const named = (value ?? '').split(/[\s,]+/).filter((word) => word !== '');
  for (const network of named) {
    const [address = '', length = '', ...rest] = network.split('/');
    const longest = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest || rest.length > 0)
      context.addIssue('must be networks like `10.0.0.0/8`');
  }
  return named;
});

const witnesses = text.transform((value, context) => {
  const { witnesses: read, mistakes } = readWitnesses(value ?? '');
  for (const mistake of mistakes) context.addIssue(mistake);
  return mistakes.length === 0 ? read : z.NEVER;
});

const schema = z.object({
  STRONGROOM_HOME: text,
  STRONGROOM_HOST: text,
  STRONGROOM_PORT: port,
  STRONGROOM_PUBLIC_URL: url(['http:', 'https:'], 'must be an http or https address'),
  STRONGROOM_TLS_CERT: text,
  STRONGROOM_TLS_KEY: text,
  STRONGROOM_OIDC_ISSUER: url(['http:', 'https:'], 'must be an https address'),
  STRONGROOM_OIDC_CLIENT_ID: text,
  STRONGROOM_OIDC_CLIENT_SECRET_FILE: text,
  STRONGROOM_ADMIN_EMAIL: text.pipe(z.email('must be an email address').toLowerCase().nullable()),
  STRONGROOM_DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'must be an address like `postgres://user:password@host:5432/database`',
  ),
  STRONGROOM_MODEL_URL: url(['http:', 'https:'], 'must be an http or https address'),
  STRONGROOM_MODEL: text,
  STRONGROOM_MODEL_KEY: text,
  STRONGROOM_MODEL_REGION: text.pipe(regionSchema.nullable()),
  STRONGROOM_MODEL_RETENTION: text.pipe(z.string().max(200, 'must be at most 200 characters').nullable()),
  STRONGROOM_MODEL_NETWORKS: networks,
  STRONGROOM_TRANSIT_URL: url(['http:', 'https:'], 'must be an https address'),
  STRONGROOM_TRANSIT_TOKEN_FILE: text,
  STRONGROOM_TRANSIT_KEY: transitKey,
  STRONGROOM_WITNESSES: witnesses,
  STRONGROOM_SAMPLE: sample,
  STRONGROOM_LOG: text.pipe(
    z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error').nullable(),
  ),
});
type Variables = z.output<typeof schema>;

/** Variables that other programs of the product read; not mistakes here. */
const READ_ELSEWHERE = ['STRONGROOM_URL', 'STRONGROOM_TOKEN'];

/**
 * Reads the environment once. Throws `ConfigurationError` with one line a mistake; reads the files that hold secrets.
 * INVARIANT 7: beyond loopback, TLS and a real issuer are required, or nothing starts.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  workingFolder: string = process.cwd(),
): Environment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success)
    throw new ConfigurationError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const values = parsed.data;
  const host = values.STRONGROOM_HOST ?? '127.0.0.1';
  const mistakes = [...pairMistakes(values), ...reachMistakes(values, host)];
  const read = (
    name:
      | 'STRONGROOM_TLS_CERT'
      | 'STRONGROOM_TLS_KEY'
      | 'STRONGROOM_OIDC_CLIENT_SECRET_FILE'
      | 'STRONGROOM_TRANSIT_TOKEN_FILE',
  ): string | null => {
    const file = values[name];
    if (file === null) return null;
    try {
      return readFileSync(path.resolve(workingFolder, file), 'utf8');
    } catch {
      mistakes.push(`${name}: can't read the file \`${file}\``);
      return null;
    }
  };
  const certificate = read('STRONGROOM_TLS_CERT');
  const tlsKey = read('STRONGROOM_TLS_KEY');
  const oidcClientSecret = read('STRONGROOM_OIDC_CLIENT_SECRET_FILE')?.trim() ?? null;
  // Only to say a mistake at once: it is read again at each request.
  read('STRONGROOM_TRANSIT_TOKEN_FILE');
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return {
    config: {
      home: path.resolve(workingFolder, values.STRONGROOM_HOME ?? '.strongroom'),
      host,
      port: values.STRONGROOM_PORT,
      publicUrl: values.STRONGROOM_PUBLIC_URL?.origin ?? null,
      tls: certificate === null ? null : { certificate },
      issuer: issuerOf(values),
      adminEmail: values.STRONGROOM_ADMIN_EMAIL,
      database: values.STRONGROOM_DATABASE_URL === null ? 'embedded' : 'external',
      model:
        values.STRONGROOM_MODEL_URL === null
          ? null
          : {
              url: values.STRONGROOM_MODEL_URL.href,
              name: values.STRONGROOM_MODEL,
              region: values.STRONGROOM_MODEL_REGION,
              retention: values.STRONGROOM_MODEL_RETENTION,
              networks: values.STRONGROOM_MODEL_NETWORKS,
            },
      transit: transitOf(values, workingFolder),
      witnesses: values.STRONGROOM_WITNESSES,
      sample: values.STRONGROOM_SAMPLE,
      logLevel: values.STRONGROOM_LOG ?? 'info',
    },
    secrets: {
      databaseUrl: secret(values.STRONGROOM_DATABASE_URL?.href ?? null),
      modelKey: secret(values.STRONGROOM_MODEL_KEY),
      oidcClientSecret: secret(oidcClientSecret),
      tlsKey: secret(tlsKey),
    },
    warnings: unknownVariables(variables),
  };
}

function issuerOf(values: Variables): Config['issuer'] {
  if (values.STRONGROOM_OIDC_ISSUER === null || values.STRONGROOM_OIDC_CLIENT_ID === null) return null;
  return { url: values.STRONGROOM_OIDC_ISSUER.href, clientId: values.STRONGROOM_OIDC_CLIENT_ID };
}

function transitOf(values: Variables, workingFolder: string): Config['transit'] {
  const { STRONGROOM_TRANSIT_URL: address, STRONGROOM_TRANSIT_TOKEN_FILE: tokenFile } = values;
  if (address === null || tokenFile === null) return null;
  return {
    url: address.href.replace(/\/+$/, ''),
    tokenFile: path.resolve(workingFolder, tokenFile),
    key: values.STRONGROOM_TRANSIT_KEY ?? 'strongroom',
  };
}

function secret(value: string | null): Secret | null {
  return value === null ? null : new Secret(value);
}

/** Variables that mean nothing without another. */
function pairMistakes(values: Variables): string[] {
  const mistakes: string[] = [];
  const needs = (name: keyof Variables, other: keyof Variables) => {
    if (values[name] !== null && values[other] === null) mistakes.push(`${name}: needs ${other} as well`);
  };
  needs('STRONGROOM_TLS_CERT', 'STRONGROOM_TLS_KEY');
  needs('STRONGROOM_TLS_KEY', 'STRONGROOM_TLS_CERT');
  needs('STRONGROOM_OIDC_ISSUER', 'STRONGROOM_OIDC_CLIENT_ID');
  needs('STRONGROOM_OIDC_CLIENT_ID', 'STRONGROOM_OIDC_ISSUER');
  needs('STRONGROOM_OIDC_CLIENT_SECRET_FILE', 'STRONGROOM_OIDC_ISSUER');
  needs('STRONGROOM_MODEL', 'STRONGROOM_MODEL_URL');
  needs('STRONGROOM_MODEL_KEY', 'STRONGROOM_MODEL_URL');
  needs('STRONGROOM_MODEL_REGION', 'STRONGROOM_MODEL_URL');
  needs('STRONGROOM_MODEL_RETENTION', 'STRONGROOM_MODEL_URL');
  if (values.STRONGROOM_MODEL_NETWORKS.length > 0 && values.STRONGROOM_MODEL_URL === null)
    mistakes.push('STRONGROOM_MODEL_NETWORKS: needs STRONGROOM_MODEL_URL as well');
  needs('STRONGROOM_TRANSIT_URL', 'STRONGROOM_TRANSIT_TOKEN_FILE');
  needs('STRONGROOM_TRANSIT_TOKEN_FILE', 'STRONGROOM_TRANSIT_URL');
  needs('STRONGROOM_TRANSIT_KEY', 'STRONGROOM_TRANSIT_URL');
  const model = values.STRONGROOM_MODEL_URL;
  if (model !== null && (model.username !== '' || model.password !== '')) {
    mistakes.push('STRONGROOM_MODEL_URL: holds a password; put it in STRONGROOM_MODEL_KEY');
  }
  const issuer = values.STRONGROOM_OIDC_ISSUER;
  if (issuer !== null && issuer.protocol !== 'https:' && !isLoopback(issuer.hostname)) {
    mistakes.push('STRONGROOM_OIDC_ISSUER: must be an https address');
  }
  return [...mistakes, ...transitMistakes(values.STRONGROOM_TRANSIT_URL)];
}

/** Keys travel there: encrypted, or not beyond this machine. */
function transitMistakes(transit: URL | null): string[] {
  if (transit === null) return [];
  const mistakes: string[] = [];
  if (transit.protocol !== 'https:' && !isLoopback(transit.hostname))
    mistakes.push('STRONGROOM_TRANSIT_URL: must be an https address');
  if (transit.username !== '' || transit.password !== '' || transit.search !== '' || transit.hash !== '')
    mistakes.push('STRONGROOM_TRANSIT_URL: must be scheme, host, port and the path of the mount only');
  if (!/^\/v1\/./.test(transit.pathname))
    mistakes.push('STRONGROOM_TRANSIT_URL: must name the mount, like `https://vault.example.com:8200/v1/transit`');
  return mistakes;
}

/** INVARIANT 7: who can reach the server decides what it must have. */
function reachMistakes(values: Variables, host: string): string[] {
  const mistakes: string[] = [];
  const publicUrl = values.STRONGROOM_PUBLIC_URL;
  if (!isLoopback(host)) {
    const reason = `STRONGROOM_HOST: listening on \`${host}\` is beyond this machine and`;
    if (values.STRONGROOM_TLS_CERT === null)
      mistakes.push(`${reason} needs TLS: set STRONGROOM_TLS_CERT and STRONGROOM_TLS_KEY`);
    if (values.STRONGROOM_OIDC_ISSUER === null)
      mistakes.push(`${reason} needs a real issuer: set STRONGROOM_OIDC_ISSUER and STRONGROOM_OIDC_CLIENT_ID`);
    if (publicUrl === null) mistakes.push(`${reason} needs STRONGROOM_PUBLIC_URL, the address people open`);
  }
  if (publicUrl === null) return mistakes;
  if (!isLoopback(publicUrl.hostname)) {
    if (publicUrl.protocol !== 'https:') mistakes.push('STRONGROOM_PUBLIC_URL: must be https beyond this machine');
    if (values.STRONGROOM_OIDC_ISSUER === null)
      mistakes.push(
        'STRONGROOM_PUBLIC_URL: beyond this machine a real issuer is needed: set STRONGROOM_OIDC_ISSUER and STRONGROOM_OIDC_CLIENT_ID',
      );
  }
  if (publicUrl.pathname !== '/' || publicUrl.search !== '' || publicUrl.username !== '') {
    mistakes.push('STRONGROOM_PUBLIC_URL: must be scheme, host and port only');
  }
  return mistakes;
}

function unknownVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set([...Object.keys(schema.shape), ...READ_ELSEWHERE]);
  return Object.keys(variables)
    .filter((name) => name.startsWith('STRONGROOM_') && !known.has(name))
    .map((name) => `${name} is not a setting of Strongroom and is ignored`);
}
