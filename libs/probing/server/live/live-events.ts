import { formatMessage } from '@icmp-mon/platform/http';
import type { LiveEvent } from '@icmp-mon/probing/contract';

/** Results of one target, in order, as server-sent events: encoded once, regardless of the number of clients. */
export class LiveEvents {
  private resumableBytes: Buffer | null = null;
  private bareBytes: Buffer | null = null;

  constructor(readonly all: readonly LiveEvent[]) {}

  /** Encoded for the stream of one target: with ids from which a client can resume. */
  resumable(): Buffer {
    this.resumableBytes ??= Buffer.from(
      this.all.map(({ id, result }) => formatMessage({ id, event: 'result', data: result })).join(''),
    );
    return this.resumableBytes;
  }

  /** Encoded for a stream whose ids belong to another source. */
  bare(): Buffer {
    this.bareBytes ??= Buffer.from(this.all.map((event) => formatMessage({ event: 'result', data: event })).join(''));
    return this.bareBytes;
  }
}
