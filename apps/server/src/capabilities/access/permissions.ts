import type { Role } from '@strongroom/protocol';
import type { Asker, Permission } from '#contracts';

/** Everything a role may do. INVARIANT: what is not listed here is refused. */
const ALLOWED: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['public', 'signed-in', 'own', 'ask', 'gateway'],
  editor: ['public', 'signed-in', 'own', 'ask', 'gateway', 'catalog.describe'],
  admin: [
    'public',
    'signed-in',
    'own',
    'ask',
    'gateway',
    'catalog.describe',
    'sources.manage',
    'people.manage',
    'tokens.manage',
    'ledger.read',
    'workspace.manage',
  ],
};

/** Whether the asker may do this at all; a verb about one source asks `mayQuery` as well. Decides from the asker alone. */
export function allows(asker: Asker, permission: Permission): boolean {
  if (permission === 'own' && !asker.own) return false;
  if (!ALLOWED[asker.role].includes(permission)) return false;
  if (permission === 'public' || permission === 'signed-in') return true;
  // A narrowed token opens what it names, and never more than the person may.
  const scopes = asker.scopes ?? [];
  return scopes.length === 0 || scopes.includes(permission);
}

/** For the face, to show or hide; every call is decided again. */
export function permissionsOf(asker: Asker): Permission[] {
  return ALLOWED[asker.role].filter((permission) => allows(asker, permission));
}
