import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';

export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** A request that may be repeated: its sender, its key, and a SHA-256 digest (hex) of its content. */
export interface IdempotentRequest {
  actor: string;
  key: string;
  requestSha256: string;
}

/**
 * Returns the key, or null without the header.
 * @throws DomainError `invalid` for a key that is empty, longer than 255 or not plain ASCII
 */
export function idempotencyKeyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header;
  throw new DomainError(
    'invalid',
    'The Idempotency-Key is not valid. Send 1 to 255 printable ASCII characters without spaces.',
  );
}

export function idempotentRequest(actor: string, key: string, operation: string, body: unknown): IdempotentRequest {
  const requestSha256 = createHash('sha256').update(operation).update('\n').update(canonicalJson(body)).digest('hex');
  return { actor, key, requestSha256 };
}

/** Returns JSON with sorted members, so that the order of members does not make a different request. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
