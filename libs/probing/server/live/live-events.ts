import { formatMessage } from '@icmp-mon/platform/http';
import type { LiveEvent } from '@icmp-mon/probing/contract';

/** Results of one target, in order, as server-sent events: made once for however many clients get them. */
export class LiveEvents {
  private resumableBytes: Buffer | null = null;
  private bareBytes: Buffer | null = null;

  constructor(readonly all: readonly LiveEvent[]) {}

  /** For the stream of one target: with ids from which a client resumes. */
  resumable(): Buffer {
    this.resumableBytes ??= Buffer.from(
      this.all.map(({ id, result }) => formatMessage({ id, event: 'result', data: result })).join(''),
    );
    return this.resumableBytes;
  }

  /** For a stream whose ids are another's. */
  bare(): Buffer {
    this.bareBytes ??= Buffer.from(this.all.map((event) => formatMessage({ event: 'result', data: event })).join(''));
    return this.bareBytes;
  }
}
