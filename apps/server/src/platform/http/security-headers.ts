import { randomBytes } from 'node:crypto';

export type PageHeaders = { readonly nonce: string; readonly headers: Readonly<Record<string, string>> };

/** Headers of every answer. Nothing but a page of ours may run, frame or read what the server says. */
export function commonHeaders(tls: boolean): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=(), browsing-topics=()',
    ...(tls ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** A fresh nonce and the policy of a page: scripts from files of ours alone, styles from files or with the nonce. */
export function pageHeaders(issuer: string | null): PageHeaders {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `form-action 'self'${issuer === null ? '' : ` ${new URL(issuer).origin}`}`,
  ];
  return { nonce, headers: { 'content-security-policy': policy.join('; ') } };
}
