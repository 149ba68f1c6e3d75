/** A random Idempotency-Key; works on plain HTTP too, where crypto.randomUUID is not offered. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
