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
/** Interval of the check of a stream's session or API key. A revoked one ends its stream within this and the 5 s of the authenticator's cache. */
const RECHECK_MS = 5_000;
/** Failed checks in a row after which a stream ends: one minute during which its authorisation could not be checked. */
const FAILED_CHECKS_MAX = 12;
/** A client with more unsent bytes than this when a new event arrives is regarded as not reading. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** Idle time before TCP keep-alive. The kernel then sends ten probes, one per second, so a vanished host is detected before the next heartbeat. */
const KEEP_ALIVE_AFTER_MS = 4_000;
const END_WITHIN_MS = 10_000;
/** Each client receives a random reconnect delay, so that clients do not all reconnect at the same time after a restart. */
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

/** Open event streams of this process. */
export const openStreams = new OpenStreams();

/** Returns one event in the wire format of server-sent events. */
export function formatMessage(message: StreamMessage): string {
  const id = message.id === undefined ? '' : `id: ${message.id}\n`;
  const event = message.event === undefined ? '' : `event: ${message.event}\n`;
  const data = message.data === undefined ? '' : `data: ${JSON.stringify(message.data)}\n`;
  return `${id}${event}${data}\n`;
}

/** Returns the event encoded as bytes, so that it is encoded once and all its clients share the bytes. */
export function messageBytes(message: StreamMessage): Buffer {
  return Buffer.from(formatMessage(message));
}

/** Returns `Last-Event-ID` of a reconnecting browser, or `?lastEventId=` of a client that cannot set the header; null without both. */
export function lastEventIdOf(request: Request): string | null {
  const header = request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  const query = request.query['lastEventId'];
  return typeof query === 'string' && query !== '' ? query : null;
}

/** Returns the function `whenDrained` of a `StreamRequest`: it resolves when the response's socket has drained. */
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
 * Answers with the server-sent events of all sources. The stream ends when the client disconnects, when the client does not read (more than
 * 1 MiB unsent, or no byte taken between two heartbeats), when a source fails, or when its session or API key is revoked. The client's
 * browser then reconnects and resumes after the last id it received.
 * @throws DomainError as `OpenStreams.take`
 */
export function sendEventStream(request: Request, response: Response, options: EventStreamOptions): void {
  const { socket } = response;
  // For a client that disconnected during authentication no 'close' event follows: its slot would never be released.
  if (response.destroyed || request.socket.destroyed || socket === null) return;
  if (request.method === 'HEAD') {
    response.status(200).set(STREAM_HEADERS).end();
    return;
  }
  const giveBack = openStreams.takeSlot(options.principal);
  const client = new StreamClient(response, socket);
  client.beginStream();
  const subscription = merge(...options.sources).subscribe({
    next: (part) => client.sendPart(part),
    error: (error: unknown) => {
      logger.warn({ err: error }, 'event stream failed; the client will reconnect');
      client.endStream();
    },
    complete: () => client.endStream(),
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

/** One client's connection. Events are written to the socket without chunk framing, so that all clients share the same bytes. */
class StreamClient {
  private takenBytes = -1;

  constructor(
    private readonly response: Response,
    private readonly socket: Socket,
  ) {}

  beginStream(): void {
    const { response, socket } = this;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    // Chunked encoding would need framing per client; without it the end of the connection marks the end of the body.
    response.useChunkedEncodingByDefault = false;
    response.status(200).set(STREAM_HEADERS);
    response.flushHeaders();
    socket.write(`retry: ${randomInt(RECONNECT_MS_MIN, RECONNECT_MS_MAX + 1)}\n\n`);
  }

  sendPart(part: StreamPart): void {
    const { socket } = this;
    if (this.response.writableEnded || !socket.writable) return;
    if (socket.writableLength > UNSENT_BYTES_MAX) return this.destroyConnection();
    socket.write(Buffer.isBuffer(part) ? part : formatMessage(part));
  }

  heartbeat(): void {
    const { socket } = this;
    const takenBytes = socket.bytesWritten - socket.writableLength;
    if (socket.writableLength > 0 && takenBytes === this.takenBytes) return this.destroyConnection();
    this.takenBytes = takenBytes;
    this.sendPart(HEARTBEAT);
  }

  /** Ends the stream. Unsent bytes are still sent, but the connection is destroyed after `END_WITHIN_MS`. */
  endStream(): void {
    if (this.response.writableEnded) return;
    this.response.end();
    const late = setTimeout(() => this.socket.destroy(), END_WITHIN_MS);
    this.socket.once('close', () => clearTimeout(late));
  }

  private destroyConnection(): void {
    logger.warn({ unsentBytes: this.socket.writableLength }, 'event stream dropped: the client does not read it');
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
        if (!isValid) client.endStream();
      },
      (error: unknown) => {
        failedChecks += 1;
        if (failedChecks < FAILED_CHECKS_MAX) return;
        logger.warn({ err: error }, 'event stream ended: its authorisation could not be checked for a minute');
        client.endStream();
      },
    );
  };
}
