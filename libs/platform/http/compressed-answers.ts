import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { createLogger } from '@icmp-mon/platform/ops';
import type { NextFunction, Request, Response } from 'express';

/** What fits into one packet arrives no sooner when it is smaller. */
export const COMPRESSED_BYTES_MIN = 1_400;
/** Little slower than none, and three quarters of what the best would save. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;
/** Pages too: that of the API is the only one sent so. */
const TYPES = /^(application\/json|text\/html)\b/;
/** Answers there may hold secrets of a login. */
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
 * Express middleware: sends JSON and pages that were read (GET, HEAD) compressed to clients that take that. Never what may hold a secret: answers to
 * other methods, to logins, and those with cookies; a client that can put words into such an answer could guess the secret from its length
 * (BREACH). Not what has an ETag either, which is one version's, and strong. Streams write to their sockets and do not come by here.
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
        logger.warn({ err: error }, 'an answer could not be compressed and is sent as it is');
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
