import { RetryLater } from '../agents/retry-after';

/** A body that has been arriving for longer than this gives way when others need the memory: a good line is done long before. */
const GIVES_WAY_AFTER_MS = 2_000;
const RETRY_AFTER_S = 1;

export interface UploadMemoryOptions {
  /** Of all agents together. */
  bytesMax: number;
  /** Of one agent. */
  agentBytesMax: number;
  onChange?: (usedBytes: number) => void;
  nowMs?: () => number;
}

/** Memory of one upload's body: it grows with the bytes that arrive. */
export interface HeldBody {
  /** Takes memory for more bytes. @throws RetryLater when there is none, or when the upload has given way to others */
  grow(bytes: number): void;
  /** The body is whole and waits for Kafka: it does not give way any more. */
  arrived(): void;
  release(): void;
  /** Called when the upload has to end so that others can go on. */
  onAborted: (reason: Error) => void;
}

interface Body {
  agentId: string;
  bytes: number;
  sinceMs: number;
  abort(): void;
}

/**
 * Bytes of upload bodies in memory. What counts is what has arrived, not what was announced, and no agent has more than its share. Where
 * memory is short, the bodies that have been arriving longest are aborted: uploads that come slowly, on purpose or not, keep nobody's out.
 */
export class UploadMemory {
  private usedBytes = 0;
  private arrivingBytes = 0;
  private readonly byAgent = new Map<string, number>();
  /** The longest first. */
  private readonly arriving = new Set<Body>();
  private readonly nowMs: () => number;

  constructor(private readonly options: UploadMemoryOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** `share`: the part of all memory, 0 to 1, that uploads of this kind may fill. */
  hold(agentId: string, share = 1): HeldBody {
    let isAborted = false;
    const body: Body = {
      ...{ agentId, bytes: 0, sinceMs: this.nowMs() },
      abort: () => {
        isAborted = true;
        held.release();
        held.onAborted(this.refusal('Uploads that are still arriving fill the memory, and this one is slow.'));
      },
    };
    this.arriving.add(body);
    const held: HeldBody = {
      onAborted: () => undefined,
      grow: (bytes) => {
        if (isAborted) throw this.refusal('Uploads that are still arriving fill the memory, and this one is slow.');
        this.reserve(body, bytes, share);
      },
      arrived: () => {
        if (this.arriving.delete(body)) this.arrivingBytes -= body.bytes;
      },
      release: () => {
        held.arrived();
        this.take(body, -body.bytes);
      },
    };
    return held;
  }

  private reserve(body: Body, bytes: number, share: number): void {
    const { bytesMax, agentBytesMax } = this.options;
    if ((this.byAgent.get(body.agentId) ?? 0) + bytes > agentBytesMax) {
      throw new RetryLater(
        'too_many_requests',
        `The agent's uploads fill its share of the memory (${agentBytesMax} bytes).`,
        RETRY_AFTER_S,
      );
    }
    if (this.usedBytes + bytes > bytesMax * share) this.makeRoom(body, bytes - (bytesMax * share - this.usedBytes));
    if (this.usedBytes + bytes > bytesMax * share) throw this.refusal(this.whatFillsIt());
    this.take(body, bytes);
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
      ? 'Uploads that are still arriving fill the memory.'
      : 'Uploads that Kafka has not confirmed yet fill the memory.';
  }

  private refusal(detail: string): RetryLater {
    return new RetryLater('unavailable', detail, RETRY_AFTER_S);
  }

  private take(body: Body, bytes: number): void {
    if (bytes === 0) return;
    body.bytes += bytes;
    this.usedBytes += bytes;
    const ofAgent = (this.byAgent.get(body.agentId) ?? 0) + bytes;
    if (ofAgent === 0) this.byAgent.delete(body.agentId);
    else this.byAgent.set(body.agentId, ofAgent);
    this.options.onChange?.(this.usedBytes);
  }
}
