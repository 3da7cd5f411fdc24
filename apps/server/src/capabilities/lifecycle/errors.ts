import { ProblemError } from '@strongroom/protocol';

/** Also for an erasure of somebody else that the asker may not see. */
export function notFound(): ProblemError {
  return new ProblemError('lifecycle/not_found', 404, 'there is no such erasure');
}

/** Nothing with a key of its own was there, so there is nothing that a certificate could show. */
export function nothingToCertify(): ProblemError {
  return new ProblemError(
    'lifecycle/nothing_to_certify',
    409,
    'this erasure destroyed no key, so there is nothing to certify',
  );
}

/** Asked for twice over, since a whole workspace is gone in one call. */
export function nameDiffers(): ProblemError {
  return new ProblemError('lifecycle/name_differs', 409, 'this workspace has another name, so nothing was erased');
}
