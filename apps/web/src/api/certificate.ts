import { type ErasureCertificate, erasureCertificateSchema, ProblemError } from '@strongroom/protocol';
import { callForBytes } from './client.ts';

/** `bytes` are those that the server answered: a certificate is checked byte for byte. `shown` is what they say, unchecked. */
export type HeldCertificate = { readonly bytes: Blob; readonly shown: ErasureCertificate };

/** Throws as `call`. */
export async function callForCertificate(...request: Parameters<typeof callForBytes>): Promise<HeldCertificate> {
  const bytes = await callForBytes(...request);
  try {
    return { bytes, shown: erasureCertificateSchema.parse(JSON.parse(await bytes.text())) };
  } catch (cause) {
    throw new ProblemError('web/unreadable_answer', 502, 'the server answered something this page cannot read', {
      internal: String(cause),
    });
  }
}
