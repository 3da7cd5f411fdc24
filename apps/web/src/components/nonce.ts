let nonce = '';

/** The nonce of this page's Content-Security-Policy, for libraries that add style elements. */
export function styleNonce(): string {
  return nonce;
}

export function setStyleNonce(value: string): void {
  nonce = value;
}
