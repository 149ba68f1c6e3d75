import { settlesWithin } from '@icmp-mon/platform/concurrency';
import type { LiveEvents } from './live-events';

/** Longest wait for slow clients between two parts of many results, in ms. */
const PART_WAIT_MS_MAX = 1_000;

/** One client of a feed. Calls are ordered; there are none after it has left. */
export interface LiveClient {
  /** Delivers results in order; the same object may be delivered to many clients. */
  sendResults(events: LiveEvents): void;
  /** Reports that all results up to this id were sent, or are known to the client from another source. */
  seenUpTo(id: string): void;
  /** Reports that the results after the client's id are no longer available: it has to read them again. */
  sendReset(): void;
  /** Resolves when the client has read what it was sent; never, once it has left. */
  whenDrained(): Promise<void>;
}

/** The clients that follow a feed; all get the same results. */
export class LiveClients {
  private readonly following = new Set<LiveClient>();
  private readonly left = new WeakSet<LiveClient>();

  get areNone(): boolean {
    return this.following.size === 0;
  }

  add(client: LiveClient): void {
    this.following.add(client);
  }

  remove(client: LiveClient): void {
    this.left.add(client);
    this.following.delete(client);
  }

  /** Whether the client has left, even before it followed. */
  hasLeft(client: LiveClient): boolean {
    return this.left.has(client);
  }

  sendResults(events: LiveEvents): void {
    for (const client of this.following) client.sendResults(events);
  }

  seenUpTo(id: string): void {
    for (const client of this.following) client.seenUpTo(id);
  }

  /** Waits until all clients have read what they were sent, but at most 1 s. */
  async whenDrained(): Promise<void> {
    await settlesWithin(Promise.all([...this.following].map((client) => client.whenDrained())), PART_WAIT_MS_MAX);
  }
}
