import type { IncomingMessage } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import { RequestRefused } from '@icmp-mon/platform/http';
import type { BodyMemory, BodySlabs } from './results/body-slabs';
import type { HeldBody } from './results/upload-memory';

/** Lowest rate of a body, checked at this interval: a client that sends one byte per second must not hold its lane. */
const LOOK_EVERY_MS = 10_000;
export const BYTES_PER_S_MIN = 512;
/** First allocation for a body; it is doubled as the body grows. */
const FIRST_BYTES = 64 * 1024;

/** Returns the declared length of a request. Throws `invalid` without one, `too_large` above the limit. */
export function declaredLength(request: IncomingMessage, bytesMax: number): number {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new DomainError('invalid', 'Send the body with a Content-Length.');
  }
  if (length > bytesMax) throw new DomainError('too_large', `The body has ${length} bytes; the limit is ${bytesMax}.`);
  return length;
}

/**
 * Reads the body into one buffer of its declared length, cut from the slabs; the reader gives the buffer back.
 * @throws DomainError `invalid` when the client ends the body early; RequestRefused 408 when it is too slow; RetryLater when there is no
 * memory for it
 */
export function readBody(
  request: IncomingMessage,
  length: number,
  { memory, slabs }: { memory: HeldBody; slabs: BodySlabs },
): Promise<BodyMemory> {
  return new Promise((resolve, reject) => {
    // A request that ended while the guards checked it emits no more events.
    if (request.destroyed) return reject(disconnected());
    const body = new GrowingBody(length, memory, slabs);
    let lookedAt = 0;
    const slow = setInterval(() => {
      if (body.filled - lookedAt < (BYTES_PER_S_MIN * LOOK_EVERY_MS) / 1_000) {
        fail(new RequestRefused(408, `The body arrived at less than ${BYTES_PER_S_MIN} bytes per second.`));
      }
      lookedAt = body.filled;
    }, LOOK_EVERY_MS);
    const settle = (outcome: () => void): void => {
      clearInterval(slow);
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      outcome();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        // Discards the rest; without a listener an error of the stream would end the process.
        request.on('error', () => undefined).resume();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    const onData = (chunk: Buffer): void => {
      try {
        body.appendChunk(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => {
      if (body.filled !== length) {
        return fail(new DomainError('invalid', `The body ended after ${body.filled} of ${length} bytes.`));
      }
      memory.arrived();
      settle(() => resolve(body.whole));
    };
    const onError = (cause: Error): void => fail(disconnected(cause));
    // Every request closes in the end; creating an error for each would cost more than reading it.
    const onClose = (): void => fail(disconnected());
    memory.onAborted = fail;
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

const NO_MEMORY: BodyMemory = { bytes: Buffer.alloc(0), giveBack: () => undefined };

/** A body in memory that grows with its chunks. Node enforces the Content-Length, so a chunk never exceeds it. */
class GrowingBody {
  filled = 0;
  private piece = NO_MEMORY;

  constructor(
    private readonly length: number,
    private readonly memory: HeldBody,
    private readonly slabs: BodySlabs,
  ) {}

  get whole(): BodyMemory {
    return this.piece;
  }

  appendChunk(chunk: Buffer): void {
    const needed = this.filled + chunk.length;
    if (needed > this.piece.bytes.length) this.growBuffer(needed);
    chunk.copy(this.piece.bytes, this.filled);
    this.filled = needed;
  }

  private growBuffer(needed: number): void {
    const before = this.piece;
    const capacity = Math.min(this.length, Math.max(needed, FIRST_BYTES, before.bytes.length * 2));
    this.memory.reserveMore(capacity - before.bytes.length);
    this.piece = this.slabs.takeMemory(capacity);
    before.bytes.copy(this.piece.bytes, 0, 0, this.filled);
    before.giveBack();
  }
}

function disconnected(cause?: Error): DomainError {
  return new DomainError('invalid', 'The client ended the body early.', undefined, { cause });
}
