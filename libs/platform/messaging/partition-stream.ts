import type { KafkaMessage } from 'kafkajs';

/** Queued bytes of a partition above which fetching pauses. A single message above the limit is still delivered. */
export const QUEUED_BYTES_MAX = 8 * 1024 * 1024;
const QUEUED_MESSAGES_MAX = 10_000;
/** Bytes that each message counts in addition to its content, so that empty messages count too. */
const MESSAGE_OVERHEAD_BYTES = 100;

export interface StreamHandler {
  /** Maximum messages per call of `handle`. */
  batchMax: number;
  /** Handles messages. It is awaited: meanwhile further messages of this partition queue up, and other partitions continue. */
  handle(messages: KafkaMessage[], stream: PartitionStream): Promise<void>;
  /** Called once when `handle` rejected or the offset left the bounds of the log. The stream has then ended. */
  onFailed(error: unknown): void;
}

/** Pauses and resumes a stream's partition in the consumer that currently serves it. */
export interface StreamFlow {
  pauseStream(stream: PartitionStream): void;
  resumeStream(stream: PartitionStream): void;
}

/**
 * The messages of one partition in order, from a given offset on. Fetched messages wait for the handler in a bounded queue, so that a busy
 * partition does not delay others. Messages below the next offset are repeats and are dropped.
 */
export class PartitionStream {
  private queue: KafkaMessage[] = [];
  private queuedBytes = 0;
  private draining: Promise<void> | null = null;
  private next: number;
  private waitsForRoom = false;
  private readonly ending = new AbortController();
  /** Next offset to be written to the log, as of the last fetch. */
  highWatermark = 0;
  /** Next offset at which a gap was checked and found to be real (compaction); null before. */
  gapAcceptedAt: number | null = null;

  constructor(
    readonly topic: string,
    readonly partition: number,
    fromOffset: number,
    private readonly handler: StreamHandler,
    private readonly flow: StreamFlow,
  ) {
    this.next = fromOffset;
  }

  get closed(): boolean {
    return this.ending.signal.aborted;
  }

  /** Aborted when the stream ends, for handlers that wait. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /** The next offset to fetch. All messages before it were handled or are queued. */
  get nextOffset(): number {
    return this.next;
  }

  get wantsMessages(): boolean {
    return !this.closed && !this.waitsForRoom;
  }

  /** Queues fetched messages and drops repeats (below the next offset). Pauses fetching when the queue is full. */
  queueMessages(messages: KafkaMessage[]): void {
    if (this.closed) return;
    for (const message of messages) {
      const offset = Number(message.offset);
      if (offset < this.next) continue;
      this.queue.push(message);
      this.queuedBytes += sizeBytes(message);
      this.next = offset + 1;
    }
    if (this.isFull && !this.waitsForRoom) {
      this.waitsForRoom = true;
      this.flow.pauseStream(this);
    }
    if (this.queue.length > 0) this.draining ??= this.handleQueued();
  }

  /** Drops the queue and continues at another offset, for a handler whose offset was moved. */
  restartAt(offset: number): void {
    this.queue = [];
    this.queuedBytes = 0;
    this.waitsForRoom = false;
    this.next = offset;
    this.gapAcceptedAt = null;
    if (!this.closed) this.flow.resumeStream(this);
  }

  /** Ends the stream and waits for the handler in progress. Do not await it inside the handler. */
  async close(): Promise<void> {
    this.ending.abort();
    this.queue = [];
    await this.draining;
  }

  failStream(error: unknown): void {
    if (this.closed) return;
    this.ending.abort();
    this.queue = [];
    this.flow.pauseStream(this);
    this.handler.onFailed(error);
  }

  private get isFull(): boolean {
    return this.queuedBytes >= QUEUED_BYTES_MAX || this.queue.length >= QUEUED_MESSAGES_MAX;
  }

  private async handleQueued(): Promise<void> {
    try {
      while (this.queue.length > 0 && !this.closed) {
        const messages = this.queue.splice(0, this.handler.batchMax);
        for (const message of messages) this.queuedBytes -= sizeBytes(message);
        this.resumeWhenRoomy();
        await this.handler.handle(messages, this);
      }
    } catch (error) {
      this.failStream(error);
    } finally {
      this.draining = null;
    }
  }

  private resumeWhenRoomy(): void {
    if (!this.waitsForRoom || this.queuedBytes > QUEUED_BYTES_MAX / 2 || this.queue.length > QUEUED_MESSAGES_MAX / 2)
      return;
    this.waitsForRoom = false;
    this.flow.resumeStream(this);
  }
}

function sizeBytes(message: KafkaMessage): number {
  return (message.value?.length ?? 0) + (message.key?.length ?? 0) + MESSAGE_OVERHEAD_BYTES;
}
