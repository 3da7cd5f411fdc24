import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { rootFolder } from './root-folder.ts';

/** `nobody` on Debian, Fedora and macOS alike, where 65534 need not have a name to work. */
const NOBODY = 65534;

export type OrdinaryUser = { readonly uid: number; readonly gid: number };

/**
 * Whose ids a child process takes to run without root's rights: our own when we are not root, else nobody's.
 * null when we are root and nobody could not read the repository (a clone inside a closed folder).
 */
export function ordinaryUser(): OrdinaryUser | null {
  const uid = process.getuid?.() ?? NOBODY;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? NOBODY };
  accessSync(rootFolder, constants.R_OK);
  for (let at = rootFolder; at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return null;
  }
  return { uid: NOBODY, gid: NOBODY };
}
