/** Returns a random Idempotency-Key; also works on plain HTTP, where crypto.randomUUID is not available. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
