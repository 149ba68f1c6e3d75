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
  switch (error.code ?? '') {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestRefused(431, `The request headers exceed ${HEADERS_KIB} KiB, the limit. Send fewer cookies.`);
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestRefused(413, 'The chunk extensions of the body are too long. Send the body without them.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestRefused(408, 'The request did not arrive in time. Send it again.');
    default:
      return new DomainError('invalid', 'The request is not valid HTTP/1.1.');
  }
}

/** Answers requests that Node's HTTP parser rejects with a problem document, then closes the connection. */
export function answerBrokenRequests(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    const response = latest.get(socket);
    // While another response is being sent on the connection, the client would read this one as part of its body.
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
