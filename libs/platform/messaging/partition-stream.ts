import type { KafkaMessage } from 'kafkajs';

/** What a partition's reader may hold before fetching pauses; a message over the limit still passes, alone. */
export const QUEUED_BYTES_MAX = 8 * 1024 * 1024;
const QUEUED_MESSAGES_MAX = 10_000;
/** Fixed cost that a message has beside its bytes, so that empty messages count too. */
const MESSAGE_OVERHEAD_BYTES = 100;

export interface StreamHandler {
  /** At most this many messages are handed over at once. */
  batchMax: number;
  /** Awaited: meanwhile this partition's next messages queue up, others go on. */
  handle(messages: KafkaMessage[], stream: PartitionStream): Promise<void>;
  /** Called once when `handle` rejected or the position left the log's bounds; the stream has ended then. */
  failed(error: unknown): void;
}

/** How a stream pauses and resumes its partition in whatever consumer serves it now. */
export interface StreamFlow {
  pause(stream: PartitionStream): void;
  resume(stream: PartitionStream): void;
}

/**
 * The messages of one partition in order, from one offset on: fetched ones wait in a bounded queue for the handler, so
 * that a busy partition delays no other. Repeats below the next offset are dropped.
 */
export class PartitionStream {
  private queue: KafkaMessage[] = [];
  private queuedBytes = 0;
  private draining: Promise<void> | null = null;
  private next: number;
  private waitsForRoom = false;
  private readonly ending = new AbortController();
  /** The log's end as of the last fetch. */
  highWatermark = 0;
  /** The offset at which a gap was looked into and found to be real (compaction). */
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

  /** Aborted when the stream ends; for a handler that waits. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /** The next offset to fetch: all before it were handled or are queued. */
  get nextOffset(): number {
    return this.next;
  }

  get wantsMessages(): boolean {
    return !this.closed && !this.waitsForRoom;
  }

  /** Queues fetched messages. Those below the next offset are repeats. */
  push(messages: KafkaMessage[]): void {
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
      this.flow.pause(this);
    }
    if (this.queue.length > 0) this.draining ??= this.drain();
  }

  /** Drops what is queued and goes on at another offset; for a handler that found its position moved. */
  restartAt(offset: number): void {
    this.queue = [];
    this.queuedBytes = 0;
    this.waitsForRoom = false;
    this.next = offset;
    this.gapAcceptedAt = null;
    if (!this.closed) this.flow.resume(this);
  }

  /** Ends the stream and waits for the handler in progress. Not to be awaited from within the handler. */
  async close(): Promise<void> {
    this.ending.abort();
    this.queue = [];
    await this.draining;
  }

  fail(error: unknown): void {
    if (this.closed) return;
    this.ending.abort();
    this.queue = [];
    this.flow.pause(this);
    this.handler.failed(error);
  }

  private get isFull(): boolean {
    return this.queuedBytes >= QUEUED_BYTES_MAX || this.queue.length >= QUEUED_MESSAGES_MAX;
  }

  private async drain(): Promise<void> {
    try {
      while (this.queue.length > 0 && !this.closed) {
        const messages = this.queue.splice(0, this.handler.batchMax);
        for (const message of messages) this.queuedBytes -= sizeBytes(message);
        this.resumeWhenRoomy();
        await this.handler.handle(messages, this);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.draining = null;
    }
  }

  private resumeWhenRoomy(): void {
    if (!this.waitsForRoom || this.queuedBytes > QUEUED_BYTES_MAX / 2 || this.queue.length > QUEUED_MESSAGES_MAX / 2)
      return;
    this.waitsForRoom = false;
    this.flow.resume(this);
  }
}

function sizeBytes(message: KafkaMessage): number {
  return (message.value?.length ?? 0) + (message.key?.length ?? 0) + MESSAGE_OVERHEAD_BYTES;
}
