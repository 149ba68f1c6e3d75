import type { ServerResponse } from 'node:http';
import { DomainError } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import type { Request, Response } from 'express';
import { merge, type Observable } from 'rxjs';
import { Authenticator } from './authenticator';
import type { Principal } from './permission';
import type { StreamMessage } from './stream-sources';

const HEARTBEAT_MS = 15_000;
const RECHECK_MS = 60_000;
const UNSENT_BYTES_MAX = 1024 * 1024;
const STREAMS_MAX = 1_000;
const RECONNECT_MS = 2_000;
const logger = createLogger('event-stream');

let openStreams = 0;

/** One event in the wire format of server-sent events. */
export function formatMessage(message: StreamMessage): string {
  const id = message.id === undefined ? '' : `id: ${message.id}\n`;
  const event = message.event === undefined ? '' : `event: ${message.event}\n`;
  const data = message.data === undefined ? '' : `data: ${JSON.stringify(message.data)}\n`;
  return `${id}${event}${data}\n`;
}

/** `Last-Event-ID` of a reconnecting browser; `?lastEventId=` for clients that cannot set the header. */
export function lastEventIdOf(request: Request): string | null {
  const header = request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  const query = request.query['lastEventId'];
  return typeof query === 'string' && query !== '' ? query : null;
}

export interface EventStreamOptions {
  principal: Principal;
  authenticator: Authenticator;
  sources: Observable<StreamMessage>[];
}

/**
 * Answers with server-sent events of all sources until the client leaves, lags by more than 1 MiB, a source fails, or its
 * login ends. A closed client comes back by itself and resumes by its last id.
 * @throws DomainError `too_many_requests` when this replica already holds 1,000 streams
 */
export function sendEventStream(request: Request, response: Response, options: EventStreamOptions): void {
  // A client that left during authentication closes no more: its place would stay taken for ever.
  if (response.destroyed || request.socket.destroyed) return;
  if (openStreams >= STREAMS_MAX) {
    throw new DomainError('too_many_requests', 'Too many open streams; try again in a few seconds.');
  }
  openStreams += 1;
  request.socket.setTimeout(0);
  request.socket.setNoDelay(true);
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);

  const subscription = merge(...options.sources).subscribe({
    next: (message) => writeBounded(response, formatMessage(message)),
    error: (error: unknown) => {
      logger.warn({ err: error }, 'a stream failed; its client will reconnect');
      response.end();
    },
    complete: () => response.end(),
  });
  const heartbeat = setInterval(() => writeBounded(response, ': alive\n\n'), HEARTBEAT_MS);
  const recheck = setInterval(() => void endWhenLoggedOut(response, options), RECHECK_MS);
  response.once('close', () => {
    openStreams -= 1;
    subscription.unsubscribe();
    clearInterval(heartbeat);
    clearInterval(recheck);
  });
}

function writeBounded(response: ServerResponse, text: string): void {
  if (response.writableEnded || response.destroyed) return;
  response.write(text);
  if (response.writableLength > UNSENT_BYTES_MAX) {
    logger.warn({ unsentBytes: response.writableLength }, 'a client reads its stream too slowly and is closed');
    response.destroy();
  }
}

async function endWhenLoggedOut(response: ServerResponse, options: EventStreamOptions): Promise<void> {
  try {
    if (!(await options.authenticator.stillValid(options.principal))) response.end();
  } catch (error) {
    logger.warn({ err: error }, 'could not check whether a stream is still allowed; it ends');
    response.end();
  }
}
