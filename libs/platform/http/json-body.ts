import type { IncomingMessage } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import { RequestRefused } from './request-refused';
import type { MemoryBudget } from './memory-budget';

export interface BodyBounds {
  bytesMax: number;
  /** Time within which the whole body has to arrive. */
  withinMs: number;
  budget: MemoryBudget;
  /** Share of the budget that may be in use when a body of this kind reserves memory, 0 to 1. */
  budgetShare: number;
}

/** A body in memory. Call `releaseBody` once the request is finished, to return its bytes to the budget. */
export interface HeldBody {
  bytes: Buffer;
  releaseBody(): void;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;
const tooLarge = (bytesMax: number): DomainError =>
  new DomainError('too_large', `The body is larger than ${bytesMax} bytes, the limit of this request. Send less.`);

/** Returns whether the headers of a request announce a body. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/**
 * Returns whether the body is JSON in UTF-8; false for another media type.
 * @throws RequestRefused 415 for another charset, or for a compressed body
 */
export function isJsonBody(request: IncomingMessage): boolean {
  const [type] = (request.headers['content-type'] ?? '').split(';', 1);
  if (!JSON_TYPE.test(type.trim())) return false;
  requirePlainUtf8(request);
  return true;
}

/** @throws RequestRefused 415 for a charset other than UTF-8, or for a compressed body */
export function requirePlainUtf8(request: IncomingMessage): void {
  const parameters = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/i.test(charset)) {
    const shown = charset.replace(/[^\w"-]/g, '?').slice(0, 40);
    throw new RequestRefused(415, `The charset of the body is ${shown}. Send the body in UTF-8.`);
  }
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new RequestRefused(415, 'The body is compressed. Send it uncompressed, without Content-Encoding.');
  }
}

/**
 * Reads a body into memory. The budget is charged for bytes that have arrived, not for announced bytes.
 * @throws DomainError `too_large`; `unavailable` when bodies in memory fill the budget; `invalid` when the body ends early
 * @throws RequestRefused 408 when the body does not arrive in time
 */
export function holdBody(request: IncomingMessage, bounds: BodyBounds): Promise<HeldBody> {
  const { bytesMax, withinMs, budget, budgetShare } = bounds;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let heldBytes = 0;
    const release = (): void => {
      budget.releaseBytes(heldBytes);
      heldBytes = 0;
    };
    const settle = (outcome: () => void): void => {
      clearTimeout(late);
      request.off('data', onData).off('end', onEnd).off('error', onDisconnect).off('close', onDisconnect);
      outcome();
    };
    const fail = (error: Error): void =>
      settle(() => {
        release();
        // Further data is discarded. Without a listener an error of the stream would end the process.
        request.on('error', () => undefined).resume();
        reject(error);
      });
    const onData = (chunk: Buffer): void => {
      if (heldBytes + chunk.length > bytesMax) return fail(tooLarge(bytesMax));
      if (!budget.tryReserve(chunk.length, budgetShare)) {
        return fail(
          new DomainError('unavailable', 'The bodies of other requests fill the memory for bodies. Try again shortly.'),
        );
      }
      heldBytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve({ bytes: Buffer.concat(chunks), releaseBody: release }));
    const onDisconnect = (): void =>
      fail(new DomainError('invalid', 'The connection closed before the whole body arrived.'));
    const late = setTimeout(
      () => fail(new RequestRefused(408, `The body did not arrive within ${withinMs / 1_000} s. Send it again.`)),
      withinMs,
    );
    if (request.destroyed) return onDisconnect();
    request.on('data', onData).on('end', onEnd).on('error', onDisconnect).on('close', onDisconnect);
  });
}

/**
 * Returns the value of a JSON body; undefined for an empty one.
 * @throws DomainError `invalid` when the body is not valid UTF-8 or not JSON
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const detail = 'The body is not valid UTF-8. Send JSON in UTF-8, regardless of the locale of the machine.';
    throw new DomainError('invalid', detail, undefined, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DomainError('invalid', `The body is not valid JSON: ${why}`, undefined, { cause: error });
  }
}
