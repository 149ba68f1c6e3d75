import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@icmp-mon/platform/errors';
import { type Problem, PROBLEM_TYPE, problemOf } from './problem';
import { RequestRefused } from './request-refused';

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

const HEADERS_KIB = 16;

function refusalOf(error: Error & { code?: string }): Error {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestRefused(431, `The headers of a request have at most ${HEADERS_KIB} KiB: send fewer cookies.`);
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestRefused(413, 'The chunk extensions of the body are too long: send it without them.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestRefused(408, 'The request was not here in time.');
    default:
      return new DomainError('invalid', 'This is not a request of HTTP/1.1 that can be read.');
  }
}

/** Answers requests that Node's parser refuses with problem documents, and closes their connections. */
export function answerBrokenRequests(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    const response = latest.get(socket);
    // Amid another answer on the connection this one would be read as a part of it.
    const isAmidAnswer = response !== undefined && response.headersSent && !response.writableFinished;
    const problem = problemOf(refusalOf(error));
    if (error.code === 'ECONNRESET' || !socket.writable || isAmidAnswer || problem === null) socket.destroy();
    else socket.end(rawAnswer(problem), () => socket.destroy());
  });
}

function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_TEXT[problem.status] ?? 'Bad Request'}`,
    `Content-Type: ${PROBLEM_TYPE}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
