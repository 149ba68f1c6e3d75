import { settlesWithin } from '@icmp-mon/platform/concurrency';
import type { LiveEvents } from './live-events';

/** Between two parts of many results clients may take the former; who is slower than this is waited for no longer. */
const PART_WAIT_MS_MAX = 1_000;

/** One client of a feed. Calls come in order; none after it has left. */
export interface LiveClient {
  /** Results in order; the same object may go to many clients. */
  results(events: LiveEvents): void;
  /** Everything up to this id was sent, or the client knows it from elsewhere. */
  seenUpTo(id: string): void;
  /** What the client's id asks for is not kept any more: it has to read the results again. */
  reset(): void;
  /** Resolves when the client has taken what it was sent; never, once it has left. */
  drained(): Promise<void>;
}

/** Those who follow a feed, and all get the same. */
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

  /** Also of one that leaves before it follows. */
  hasLeft(client: LiveClient): boolean {
    return this.left.has(client);
  }

  results(events: LiveEvents): void {
    for (const client of this.following) client.results(events);
  }

  seenUpTo(id: string): void {
    for (const client of this.following) client.seenUpTo(id);
  }

  /** Waits until each has taken what it was sent, for a moment at most. */
  async drained(): Promise<void> {
    await settlesWithin(Promise.all([...this.following].map((client) => client.drained())), PART_WAIT_MS_MAX);
  }
}
