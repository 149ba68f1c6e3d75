import type { IncomingMessage } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import { hasBody, requirePlainUtf8 } from './json-body';
import { RequestRefused } from './request-refused';

export interface StreamedBody<T> {
  /** Value of the media type in `formats`. */
  format: T;
  pieces: AsyncIterable<Buffer>;
}

/**
 * Returns the body of a request in pieces, which are read as they are asked for; for files that are larger than memory should hold. A body that
 * is not read to its end is discarded, and its connection closed (`closeUnreadBodies`); one that does not arrive in time too, by the server.
 * @param formats by media type
 * @throws RequestRefused 415 for another media type, charset, or a compressed body; DomainError `too_large` for its announced length
 */
export function streamedBody<T>(
  request: IncomingMessage,
  formats: Readonly<Record<string, T>>,
  bytesMax: number,
): StreamedBody<T> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  if (!Object.hasOwn(formats, type)) {
    const known = Object.keys(formats).join(' or ');
    throw new RequestRefused(415, `Send the file as the body of the request, with Content-Type: ${known}.`);
  }
  requirePlainUtf8(request);
  if (!hasBody(request)) throw new DomainError('invalid', 'The request has no body. Send the file as its body.');
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
    throw new DomainError(
      'too_large',
      `The body is larger than ${bytesMax} bytes, the limit of this request. Split it.`,
    );
  }
  return { format: formats[type], pieces: piecesOf(request) };
}

async function* piecesOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // The request is not destroyed when its reader stops early, because it is still to be answered.
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new DomainError('invalid', 'The connection closed before the whole body arrived.', undefined, {
      cause: error,
    });
  } finally {
    // Without a listener an error of the stream would end the process.
    request.on('error', () => undefined).resume();
  }
}
