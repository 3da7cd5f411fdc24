export { LogError, type LogErrorCode } from './errors.ts';
export { emptyRoot, hashLeaf, hashNode, hashSizeBytes } from './tree-hash.ts';
export { compactRange, type CompactRange } from './compact-range.ts';
export { verifyInclusion, verifySubtreeInclusion } from './verify-inclusion.ts';
export { verifyConsistency, verifySubtreeConsistency } from './verify-consistency.ts';
export { edgeNodes, proveConsistency, proveInclusion, type Node, type ReadNodes } from './prove.ts';
export { nodeInTile, tileHeight, tileOf, tileWidth, type TilePlace } from './tiles.ts';
export { isSignedBy, parseNote, parseSignatures, printNote, printSignature, signNote } from './signed-note.ts';
export type { Note, NoteSignature } from './signed-note.ts';
export { parseVerifierKey, parseWitnessKey, printVerifierKey } from './verifier-key.ts';
export { verifierKey, type VerifierKey } from './verifier-key.ts';
export { openCheckpoint, parseCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
export { openPromise, signPromise, type InclusionPromise } from './promise.ts';
export { cosign, cosignedAt } from './cosignature.ts';
export { createWitness, type Witness, type WitnessAnswer } from './witness/add-checkpoint.ts';
export { loadWitnessKey } from './witness/witness-key.ts';
export { printCosignRequest, readCosignAnswer, type CosignAnswer } from './witness/request-cosignature.ts';
export { serveWitness, type ServedWitness } from './witness/serve-witness.ts';
export { fileWitnessState, type Witnessed, type WitnessState } from './witness/witness-state.ts';
export { encodeLeaf, hashField, hashFields, saltSizeBytes, sealedFields } from './entry-leaf.ts';
export type { LeafParts, SealedField } from './entry-leaf.ts';
export { exportFormat, type ExportEnd, type ExportEntry, type ExportHeader } from './export/export-lines.ts';
export { entryProofFormat, verifyEntryProof } from './export/verify-entry-proof.ts';
export type { EntryProof, EntryProofReport } from './export/verify-entry-proof.ts';
export { digestOfAnswer, digestOfSent, receiptFormat, verifyReceipt } from './receipt/verify-receipt.ts';
export type { Receipt, ReceiptExchange, ReceiptReport } from './receipt/verify-receipt.ts';
export { verifyExport, type ExportReport } from './export/verify-export.ts';
export type { WitnessedBy } from './export/witnessed-by.ts';
export {
  certificateFormat,
  certificateObjectsMax,
  certificateSizeMax,
  erasureKinds,
} from './certificate/certificate.ts';
export type { Certificate, CertificateParts, Erasure, ErasedCopy, ErasedObject } from './certificate/certificate.ts';
export type { ErasureKind, ShownEntry } from './certificate/certificate.ts';
export { describeCertificate } from './certificate/describe-certificate.ts';
export { printCertificate } from './certificate/print-certificate.ts';
export { verifyCertificate, type CertificateReport } from './certificate/verify-certificate.ts';
export { promisesIn, verdictOf, verifyFile, verifyLedger } from './verify-file.ts';
export type { VerifyReport, VerifyRequest } from './verify-file.ts';
