import type { IncomingMessage } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';

/** The length that a request declares. Throws `invalid` without one, `too_large` above the bound. */
export function declaredLength(request: IncomingMessage, bytesMax: number): number {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new DomainError('invalid', 'Send the body with a Content-Length.');
  }
  if (length > bytesMax) throw new DomainError('too_large', `A body has at most ${bytesMax} bytes, not ${length}.`);
  return length;
}

/** The body, into one buffer of its declared length. Throws `invalid` when the client ends it early, or has already. */
export function readBody(request: IncomingMessage, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = (cause?: Error): void =>
      reject(new DomainError('invalid', 'The body was cut off.', undefined, { cause }));
    // A request that ended while the guards looked at it says nothing more.
    if (request.destroyed) return cutOff();
    const body = Buffer.allocUnsafe(length);
    let filled = 0;
    request.on('data', (chunk: Buffer) => {
      // Node holds a body to its Content-Length; a chunk never reaches beyond it.
      chunk.copy(body, filled);
      filled += chunk.length;
    });
    let ended = false;
    request.once('end', () => {
      ended = true;
      if (filled === length) resolve(body);
      else reject(new DomainError('invalid', `The body ended after ${filled} of ${length} bytes.`));
    });
    request.once('error', cutOff);
    // Every request closes in the end; an error made for each would cost more than reading it.
    request.once('close', () => {
      if (!ended) cutOff();
    });
  });
}
