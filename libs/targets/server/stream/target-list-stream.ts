import { ControlDatabase } from '@icmp-mon/platform/database';
import { type StreamMessage, type StreamRequest, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import { LIST_CHANGED_CHANNEL } from '../target-list/target-list-projection';
import { type ListChange, ListChanges } from './list-changes';
import { NotificationListener } from './notification-listener';
import { Wake } from './wake';

const LOOK_MS = 1_000;
const BATCH_MAX = 1_000;
/** A client that missed more reads the list anew: that is cheaper than telling each change. */
const CATCH_UP_MAX = 5_000;
const WAITING_MAX = 10_000;
const logger = createLogger('target-list-stream');

interface Follower {
  deliver(changes: ListChange[]): void;
}

/**
 * Follows the numbered changes of the target list, one query a replica however many clients watch, and gives each client
 * what came after its last id.
 */
@Injectable()
export class TargetListStream implements StreamSource, OnModuleInit, OnApplicationShutdown {
  readonly name = 'target-list';
  private readonly followers = new Set<Follower>();
  private readonly wake = new Wake();
  private readonly listener: NotificationListener;
  private position: Promise<number> | null = null;
  private tailing = false;
  private stopped = false;

  constructor(
    database: ControlDatabase,
    private readonly changes: ListChanges,
    private readonly sources: StreamSources,
  ) {
    this.listener = new NotificationListener(database.options.url, LIST_CHANGED_CHANNEL, () => this.wake.wake());
  }

  onModuleInit(): void {
    this.sources.register(this);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wake.wake();
    await this.listener.stop();
  }

  open(request: StreamRequest): Observable<StreamMessage> {
    return new Observable<StreamMessage>((client) => {
      const waiting = new WaitingRoom(client);
      this.follow(waiting);
      this.begin(request.lastEventId, client, waiting).catch((error: unknown) => client.error(error));
      return () => this.unfollow(waiting);
    });
  }

  /** Tells what the client missed, then lets through what came meanwhile. */
  private async begin(
    lastEventId: string | null,
    client: Subscriber<StreamMessage>,
    waiting: WaitingRoom,
  ): Promise<void> {
    const here = await this.currentPosition();
    const seen = lastEventId === null ? here : Number(lastEventId);
    const missed = await this.missedSince(seen);
    if (missed === null) {
      client.next({ id: String(here), event: 'reset', data: {} });
      waiting.release(here);
      return;
    }
    for (const change of missed) client.next(change.message);
    const told = missed.at(-1)?.listSeq ?? seen;
    // The id alone: so that a client that reconnects before any change knows from where.
    if (missed.length === 0) client.next({ id: String(told) });
    waiting.release(told);
  }

  /** Changes after a client's number; null when it has to read the list anew. */
  private async missedSince(seen: number): Promise<ListChange[] | null> {
    if (!Number.isSafeInteger(seen) || seen < 0 || !(await this.changes.reaches(seen))) return null;
    const missed = await this.changes.after(seen, CATCH_UP_MAX + 1);
    return missed.length > CATCH_UP_MAX ? null : missed;
  }

  private async currentPosition(): Promise<number> {
    this.position ??= this.changes.latest();
    try {
      return await this.position;
    } catch (error) {
      this.position = null;
      throw error;
    }
  }

  private follow(follower: Follower): void {
    this.followers.add(follower);
    if (this.tailing) return;
    this.tailing = true;
    this.listener.start();
    void this.tail();
  }

  private unfollow(follower: Follower): void {
    this.followers.delete(follower);
  }

  /** Runs while anybody follows; nobody watching costs nothing. */
  private async tail(): Promise<void> {
    while (this.followers.size > 0 && !this.stopped) {
      try {
        await this.deliverNew();
      } catch (error) {
        logger.warn({ err: error }, 'could not look for changes of the list; trying again');
      }
      await this.wake.sleep(LOOK_MS);
    }
    this.tailing = false;
    this.position = null;
    await this.listener.stop();
  }

  private async deliverNew(): Promise<void> {
    for (;;) {
      const position = await this.currentPosition();
      const changes = await this.changes.after(position, BATCH_MAX);
      const last = changes.at(-1);
      if (last === undefined) return;
      this.position = Promise.resolve(last.listSeq);
      for (const follower of this.followers) follower.deliver(changes);
      if (changes.length < BATCH_MAX) return;
    }
  }
}

/** Holds what arrives for a client until it was told what it had missed; then passes on what is newer. */
class WaitingRoom implements Follower {
  private waiting: ListChange[] | null = [];
  private told = 0;

  constructor(private readonly client: Subscriber<StreamMessage>) {}

  deliver(changes: ListChange[]): void {
    if (this.waiting === null) return this.pass(changes);
    this.waiting.push(...changes);
    if (this.waiting.length > WAITING_MAX)
      this.client.error(new Error('The client fell too far behind while it caught up.'));
  }

  release(told: number): void {
    const { waiting } = this;
    this.waiting = null;
    this.told = told;
    this.pass(waiting ?? []);
  }

  private pass(changes: ListChange[]): void {
    for (const change of changes) {
      if (change.listSeq <= this.told) continue;
      this.told = change.listSeq;
      this.client.next(change.message);
    }
  }
}
