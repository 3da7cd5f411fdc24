const FALLBACK = 'The sign-in did not work. Start again; if it keeps failing, ask an admin.';

const SENTENCES: Readonly<Record<string, string>> = {
  'identity/not_invited': 'This account is not in the workspace. Ask an admin to invite you.',
  'identity/email_not_verified':
    'Your identity provider does not vouch for your email address. Verify it there, then sign in again.',
  'identity/other_account': 'Your email address belongs to another account here. Ask an admin.',
  'identity/sign_in_expired': 'The sign-in took too long. Start again.',
  'identity/issuer_unavailable': 'Your identity provider does not answer. Try again in a moment.',
  'http/session_ended': 'You were signed out, so what this tab showed is gone from it.',
  'identity/link_needed': 'Open a sign-in link first.',
};

/** What to tell somebody who came back with `?problem=CODE`; null without one. Never the code's own words: anyone can write a link. */
export function refusalOf(search: string): string | null {
  const code = new URLSearchParams(search).get('problem');
  return code === null ? null : (SENTENCES[code] ?? FALLBACK);
}
