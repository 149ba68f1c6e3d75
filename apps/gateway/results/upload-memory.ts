import { RetryLater } from '../agents/retry-after';

/** A body that has been arriving for longer than this is ended when others need the memory; a good connection finishes long before. */
const GIVES_WAY_AFTER_MS = 2_000;
const RETRY_AFTER_S = 1;

export interface UploadMemoryOptions {
  /** Limit over all agents. */
  bytesMax: number;
  /** Limit per agent. */
  agentBytesMax: number;
  onChange?: (usedBytes: number) => void;
  nowMs?: () => number;
}

/** Memory of one upload's body: it grows with the bytes that arrive. */
export interface HeldBody {
  /** Reserves memory for more bytes. @throws RetryLater when there is none, or when the upload was ended in favour of others */
  reserveMore(bytes: number): void;
  /** Marks the body as complete: it waits for Kafka and is no longer ended in favour of others. */
  arrived(): void;
  releaseBody(): void;
  /** Called when the upload must end so that others can continue. */
  onAborted: (reason: Error) => void;
}

interface Body {
  agentId: string;
  bytes: number;
  sinceMs: number;
  abort(): void;
}

/**
 * Memory of upload bodies, counted in received bytes, not in announced ones; no agent gets more than its share. When memory is short, the
 * bodies that have been arriving longest are ended, so that slow uploads, intended or not, do not block others.
 */
export class UploadMemory {
  private usedBytes = 0;
  private arrivingBytes = 0;
  private readonly byAgent = new Map<string, number>();
  /** Incomplete bodies, oldest first. */
  private readonly arriving = new Set<Body>();
  private readonly nowMs: () => number;

  constructor(private readonly options: UploadMemoryOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Creates a body. `share`: part of the whole memory, 0 to 1, that uploads of this kind may fill. */
  holdBody(agentId: string, share = 1): HeldBody {
    let isAborted = false;
    const body: Body = {
      ...{ agentId, bytes: 0, sinceMs: this.nowMs() },
      abort: () => {
        isAborted = true;
        held.releaseBody();
        held.onAborted(this.retryLater('Incomplete uploads fill the memory, and this one is slow.'));
      },
    };
    this.arriving.add(body);
    const held: HeldBody = {
      onAborted: () => undefined,
      reserveMore: (bytes) => {
        if (isAborted) throw this.retryLater('Incomplete uploads fill the memory, and this one is slow.');
        this.reserveBytes(body, bytes, share);
      },
      arrived: () => {
        if (this.arriving.delete(body)) this.arrivingBytes -= body.bytes;
      },
      releaseBody: () => {
        held.arrived();
        this.takeBytes(body, -body.bytes);
      },
    };
    return held;
  }

  private reserveBytes(body: Body, bytes: number, share: number): void {
    const { bytesMax, agentBytesMax } = this.options;
    if ((this.byAgent.get(body.agentId) ?? 0) + bytes > agentBytesMax) {
      throw new RetryLater(
        'too_many_requests',
        `The agent's uploads fill its share of the memory (${agentBytesMax} bytes).`,
        RETRY_AFTER_S,
      );
    }
    if (this.usedBytes + bytes > bytesMax * share) this.makeRoom(body, bytes - (bytesMax * share - this.usedBytes));
    if (this.usedBytes + bytes > bytesMax * share) throw this.retryLater(this.whatFillsIt());
    this.takeBytes(body, bytes);
    this.arrivingBytes += bytes;
  }

  private makeRoom(asking: Body, bytes: number): void {
    let missing = bytes;
    for (const body of this.arriving) {
      if (missing <= 0 || this.nowMs() - body.sinceMs < GIVES_WAY_AFTER_MS) return;
      if (body === asking || body.bytes === 0) continue;
      missing -= body.bytes;
      body.abort();
    }
  }

  private whatFillsIt(): string {
    return this.arrivingBytes * 2 > this.usedBytes
      ? 'Incomplete uploads fill the memory.'
      : 'Uploads that Kafka has not acknowledged yet fill the memory.';
  }

  private retryLater(detail: string): RetryLater {
    return new RetryLater('unavailable', detail, RETRY_AFTER_S);
  }

  private takeBytes(body: Body, bytes: number): void {
    if (bytes === 0) return;
    body.bytes += bytes;
    this.usedBytes += bytes;
    const ofAgent = (this.byAgent.get(body.agentId) ?? 0) + bytes;
    if (ofAgent === 0) this.byAgent.delete(body.agentId);
    else this.byAgent.set(body.agentId, ofAgent);
    this.options.onChange?.(this.usedBytes);
  }
}
