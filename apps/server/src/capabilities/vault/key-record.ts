import type { AuditEvent } from '#contracts';
import type { Ledger } from '#ledger';
import type { Destruction } from './destruction-store.ts';

/** What the vault needs of the audit log: entries that are committed together with what they record. */
export type KeyRecord = Pick<Ledger, 'prepare' | 'append'>;

/** Object and commitment in one resource, so that a certificate can show that the key destroyed is the key that was born. */
export function keyCreatedEvent(objectId: string, commitment: Uint8Array): AuditEvent {
  return {
    action: 'vault.key_created',
    resource: keyName(objectId, commitment),
    decision: { allowed: true, reason: 'first sealing' },
    outcome: 'done',
  };
}

export function keyDestroyedEvent({
  objectId,
  commitment,
  epoch,
}: Pick<Destruction, 'objectId' | 'commitment' | 'epoch'>): AuditEvent {
  return {
    action: 'vault.key_destroyed',
    resource: keyName(objectId, commitment),
    decision: { allowed: true, reason: 'erasure' },
    outcome: 'done',
    counts: { epoch },
  };
}

/** `before`: the secrets of all epochs below it are gone. */
export function epochsDestroyedEvent(before: number): AuditEvent {
  return {
    action: 'vault.epochs_destroyed',
    resource: null,
    decision: { allowed: true, reason: 'erasure' },
    outcome: 'done',
    counts: { before },
  };
}

/** Keys that could not be moved, since somebody had altered them; what they sealed is lost. */
export function keysDamagedEvent(keys: number): AuditEvent {
  return {
    action: 'vault.keys_damaged',
    resource: null,
    decision: { allowed: true, reason: 'vault/unreadable' },
    outcome: 'failed',
    counts: { keys },
  };
}

function keyName(objectId: string, commitment: Uint8Array): string {
  return `${objectId}.${Buffer.from(commitment).toString('hex')}`;
}
