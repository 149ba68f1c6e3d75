import type { IncomingMessage } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import { RequestRefused } from './request-refused';
import type { MemoryBudget } from './memory-budget';

export interface BodyBounds {
  bytesMax: number;
  /** The whole body has to be here within this. */
  withinMs: number;
  budget: MemoryBudget;
  /** Part of the budget that bodies of this kind may fill, 0 to 1. */
  budgetShare: number;
}

/** A body in memory; `release` gives its bytes back to the budget, once its request is over. */
export interface HeldBody {
  bytes: Buffer;
  release(): void;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;
const tooLarge = (bytesMax: number): DomainError =>
  new DomainError('too_large', `The body of this request has at most ${bytesMax} bytes.`);

/** Whether a request announces a body at all. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/**
 * Whether the body is JSON in UTF-8; false for another media type.
 * @throws RequestRefused 415 for another charset, or for a compressed body
 */
export function isJsonBody(request: IncomingMessage): boolean {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (!JSON_TYPE.test(type)) return false;
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/i.test(charset)) {
    throw new RequestRefused(415, `Send the body in UTF-8, not in ${charset.replace(/[^\w"-]/g, '?').slice(0, 40)}.`);
  }
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new RequestRefused(415, 'Send the body uncompressed, without Content-Encoding.');
  }
  return true;
}

/**
 * Reads a body into memory. The budget is charged for bytes that have arrived, never for bytes that were announced.
 * @throws DomainError `too_large`; `unavailable` when bodies of all requests fill the budget; `invalid` when it ends early
 * @throws RequestRefused 408 when it is not here in time
 */
export function holdBody(request: IncomingMessage, bounds: BodyBounds): Promise<HeldBody> {
  const { bytesMax, withinMs, budget, budgetShare } = bounds;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let heldBytes = 0;
    const release = (): void => {
      budget.release(heldBytes);
      heldBytes = 0;
    };
    const settle = (outcome: () => void): void => {
      clearTimeout(late);
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      outcome();
    };
    const fail = (error: Error): void =>
      settle(() => {
        release();
        // What still comes is discarded; without a listener an error of the stream would end the process.
        request.on('error', () => undefined).resume();
        reject(error);
      });
    const onData = (chunk: Buffer): void => {
      if (heldBytes + chunk.length > bytesMax) return fail(tooLarge(bytesMax));
      if (!budget.tryReserve(chunk.length, budgetShare)) {
        return fail(
          new DomainError('unavailable', 'The bodies of other requests fill the memory for them. Try again.'),
        );
      }
      heldBytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve({ bytes: Buffer.concat(chunks), release }));
    const onCut = (): void => fail(new DomainError('invalid', 'The body was cut off.'));
    const late = setTimeout(
      () => fail(new RequestRefused(408, `The body was not here after ${withinMs / 1_000} s.`)),
      withinMs,
    );
    if (request.destroyed) return onCut();
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

/**
 * The value of a JSON body; undefined for an empty one.
 * @throws DomainError `invalid` when it is not valid UTF-8 or not JSON
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const detail = 'The body is not valid UTF-8: send JSON as UTF-8, whatever the locale of the machine is.';
    throw new DomainError('invalid', detail, undefined, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DomainError('invalid', `The body is not valid JSON: ${why}`, undefined, { cause: error });
  }
}
