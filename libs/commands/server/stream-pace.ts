import { messageBytes, type StreamMessage, type StreamPart } from '@icmp-mon/platform/http';

/** Bytes of events per second and client, on average: the traces of 100 agents together may be 500 KB, and change twice per second. */
export const STREAM_BYTES_PER_S = 512 * 1024;
/** After as many bytes, the client is waited for until it has taken them. */
export const STREAM_PIECE_BYTES = 64 * 1024;

/** Sends events to one client at the speed at which it reads, and states when it may receive more. */
export class StreamPace {
  private freeAtMs = 0;
  private pieceBytes = 0;

  constructor(
    private readonly client: { next(part: StreamPart): void },
    private readonly whenDrained: () => Promise<void>,
  ) {}

  /** Time until the client may receive more, in ms. */
  get owedMs(): number {
    return Math.max(0, this.freeAtMs - performance.now());
  }

  /** Resolves when the next event may be sent; never, once the client has disconnected. */
  async sendPart(message: StreamMessage): Promise<void> {
    const bytes = messageBytes(message);
    this.client.next(bytes);
    this.freeAtMs = Math.max(this.freeAtMs, performance.now()) + (bytes.length / STREAM_BYTES_PER_S) * 1_000;
    this.pieceBytes += bytes.length;
    if (this.pieceBytes < STREAM_PIECE_BYTES) return;
    this.pieceBytes = 0;
    await this.whenDrained();
  }
}
