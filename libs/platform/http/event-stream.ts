import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { createLogger } from '@icmp-mon/platform/ops';
import type { Request, Response } from 'express';
import { merge, type Observable } from 'rxjs';
import { Authenticator } from './authenticator';
import { OpenStreams, streamsDropped } from './open-streams';
import type { Principal } from './permission';
import type { StreamMessage, StreamPart } from './stream-sources';

const HEARTBEAT_MS = 15_000;
/** A stream whose login or key was ended closes this soon, and 5 s of the authenticator's memory. */
const RECHECK_MS = 5_000;
/** While nothing can be asked, a stream stays open for this many looks: a minute. */
const FAILED_CHECKS_MAX = 12;
/** Who has more unsent when there is something new to tell does not read. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** A host that is gone without a word is noticed before the next heartbeat: the kernel then asks each second, ten times. */
const KEEP_ALIVE_AFTER_MS = 4_000;
const END_WITHIN_MS = 10_000;
/** Each client gets a different reconnect delay, so that not all return at once after a restart. */
const RECONNECT_MS_MIN = 1_000;
const RECONNECT_MS_MAX = 3_000;
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
};
const HEARTBEAT = Buffer.from(': alive\n\n');
const logger = createLogger('event-stream');

/** Those of this process. */
export const openStreams = new OpenStreams();

/** One event in the wire format of server-sent events. */
export function formatMessage(message: StreamMessage): string {
  const id = message.id === undefined ? '' : `id: ${message.id}\n`;
  const event = message.event === undefined ? '' : `event: ${message.event}\n`;
  const data = message.data === undefined ? '' : `data: ${JSON.stringify(message.data)}\n`;
  return `${id}${event}${data}\n`;
}

/** The same as bytes, to be made once for all clients that get it. */
export function messageBytes(message: StreamMessage): Buffer {
  return Buffer.from(formatMessage(message));
}

/** `Last-Event-ID` of a reconnecting browser; `?lastEventId=` for clients that cannot set the header. */
export function lastEventIdOf(request: Request): string | null {
  const header = request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  const query = request.query['lastEventId'];
  return typeof query === 'string' && query !== '' ? query : null;
}

/** See `StreamRequest.drained`. */
export function drainedOf(response: Response): () => Promise<void> {
  return async () => {
    const { socket } = response;
    if (socket === null || !socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => socket.once('drain', resolve));
  };
}

export interface EventStreamOptions {
  principal: Principal;
  authenticator: Authenticator;
  sources: Observable<StreamPart>[];
}

/**
 * Answers with server-sent events of all sources until the client leaves, does not read (more than 1 MiB unsent, or
 * nothing taken between two heartbeats), a source fails, or its login ends. A closed client comes back by itself and
 * resumes by its last id.
 * @throws DomainError as `OpenStreams.take`
 */
export function sendEventStream(request: Request, response: Response, options: EventStreamOptions): void {
  const { socket } = response;
  // A client that left during authentication closes no more: its place would stay taken for ever.
  if (response.destroyed || request.socket.destroyed || socket === null) return;
  if (request.method === 'HEAD') {
    response.status(200).set(STREAM_HEADERS).end();
    return;
  }
  const giveBack = openStreams.take(options.principal);
  const client = new StreamClient(response, socket);
  client.begin();
  const subscription = merge(...options.sources).subscribe({
    next: (part) => client.send(part),
    error: (error: unknown) => {
      logger.warn({ err: error }, 'a stream failed; its client will reconnect');
      client.end();
    },
    complete: () => client.end(),
  });
  const heartbeat = setInterval(() => client.heartbeat(), HEARTBEAT_MS);
  const recheck = setInterval(endWhenLoggedOut(client, options), RECHECK_MS);
  response.once('close', () => {
    giveBack();
    subscription.unsubscribe();
    clearInterval(heartbeat);
    clearInterval(recheck);
  });
}

/** One client's connection. Events go to the socket as they are, unframed, so that all clients share their bytes. */
class StreamClient {
  private takenBytes = -1;

  constructor(
    private readonly response: Response,
    private readonly socket: Socket,
  ) {}

  begin(): void {
    const { response, socket } = this;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    // Chunks would have to be framed for each client; without them the end of the connection ends the body.
    response.useChunkedEncodingByDefault = false;
    response.status(200).set(STREAM_HEADERS);
    response.flushHeaders();
    socket.write(`retry: ${randomInt(RECONNECT_MS_MIN, RECONNECT_MS_MAX + 1)}\n\n`);
  }

  send(part: StreamPart): void {
    const { socket } = this;
    if (this.response.writableEnded || !socket.writable) return;
    if (socket.writableLength > UNSENT_BYTES_MAX) return this.drop();
    socket.write(Buffer.isBuffer(part) ? part : formatMessage(part));
  }

  heartbeat(): void {
    const { socket } = this;
    const takenBytes = socket.bytesWritten - socket.writableLength;
    if (socket.writableLength > 0 && takenBytes === this.takenBytes) return this.drop();
    this.takenBytes = takenBytes;
    this.send(HEARTBEAT);
  }

  /** What is unsent still goes out, unless the client does not read. */
  end(): void {
    if (this.response.writableEnded) return;
    this.response.end();
    const late = setTimeout(() => this.socket.destroy(), END_WITHIN_MS);
    this.socket.once('close', () => clearTimeout(late));
  }

  private drop(): void {
    logger.warn({ unsentBytes: this.socket.writableLength }, 'a client does not read its stream and is closed');
    streamsDropped.inc();
    this.socket.destroy();
  }
}

function endWhenLoggedOut(client: StreamClient, { authenticator, principal }: EventStreamOptions): () => void {
  let failedChecks = 0;
  return () => {
    authenticator.stillValid(principal).then(
      (isValid) => {
        failedChecks = 0;
        if (!isValid) client.end();
      },
      (error: unknown) => {
        failedChecks += 1;
        if (failedChecks < FAILED_CHECKS_MAX) return;
        logger.warn({ err: error }, 'could not check whether a stream is still allowed; it ends');
        client.end();
      },
    );
  };
}
