import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { createLogger } from '@icmp-mon/platform/ops';
import type { NextFunction, Request, Response } from 'express';

/** Smallest body that is compressed, in characters. A smaller body fits into one packet, so compression would not make it arrive sooner. */
export const COMPRESSED_BYTES_MIN = 1_400;
/** Costs little CPU time and saves three quarters of the bytes that the highest quality would save. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;
/** Content types that are compressed. The only HTML page that is sent this way is that of the API. */
const TYPES = /^(application\/json|text\/html)\b/;
/** Paths whose answers may contain secrets of a login. */
const SECRETS = /^\/api\/v\d+\/auth(\/|$)/;
const logger = createLogger('http');

const ENCODERS = {
  br: (text: string): Promise<Buffer> =>
    promisify(brotliCompress)(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
    }),
  gzip: (text: string): Promise<Buffer> => promisify(gzip)(text, { level: GZIP_LEVEL }),
} as const;
const CODINGS = ['br', 'gzip'] as const;

/**
 * Express middleware: compresses JSON and HTML answers to GET and HEAD if the client accepts it. Never compresses an answer that may contain
 * a secret (other methods, logins, answers that set cookies): an attacker who can inject text into such an answer could derive the secret
 * from its length (BREACH). Does not compress an answer with an ETag either, because a strong ETag identifies the exact bytes. Event streams
 * write to their sockets directly and bypass this middleware.
 */
export function compressAnswers(request: Request, response: Response, next: NextFunction): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || SECRETS.test(request.path)) return next();
  const send = response.send.bind(response);
  response.send = (body?: unknown): Response => {
    response.send = send;
    if (typeof body !== 'string' || !isCompressible(response, body)) return send(body);
    response.vary('Accept-Encoding');
    const coding = CODINGS.find((each) => request.acceptsEncodings(each) !== false);
    if (coding === undefined) return send(body);
    ENCODERS[coding](body).then(
      (bytes) => {
        response.setHeader('Content-Encoding', coding);
        send(bytes);
      },
      (error: unknown) => {
        logger.warn({ err: error }, 'compression of an answer failed; the answer is sent uncompressed');
        send(body);
      },
    );
    return response;
  };
  next();
}

function isCompressible(response: Response, body: string): boolean {
  const type = response.getHeader('Content-Type');
  return (
    response.statusCode === 200 &&
    body.length >= COMPRESSED_BYTES_MIN &&
    typeof type === 'string' &&
    TYPES.test(type) &&
    !response.hasHeader('ETag') &&
    !response.hasHeader('Set-Cookie')
  );
}
