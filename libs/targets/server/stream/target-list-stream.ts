import { WakeUp } from '@icmp-mon/platform/concurrency';
import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import { JudgedTargets } from '@icmp-mon/status/contract';
import {
  messageBytes,
  type StreamPart,
  type StreamRequest,
  type StreamSource,
  StreamSources,
} from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import { LIST_CHANGED_CHANNEL } from '../target-list/target-list-projection';
import { type ListChange, ListChanges } from './list-changes';
import { listEventId, readListEventId } from './list-event-id';
import { type Follower, ChangeBatch, WaitingRoom } from './list-follower';
import { ScopedLists } from './scoped-lists';

const LOOK_MS = 1_000;
const BATCH_MAX = 1_000;
/** A client that missed more changes is reset, which is cheaper than sending each change. */
const CATCH_UP_MAX = 5_000;
/** Changes sent to a client before its connection has to drain. */
const PIECE_MAX = 500;
/** Least time between resets, ms: shards go stale one after the other, and clients must not reload the list for each. */
const RESET_EVERY_MS = 3_000;
const logger = createLogger('target-list-stream');

/**
 * Streams the numbered changes of the target list to all clients of this replica.
 *
 *   target_list, target_list_removed ──tail: one read for all──▶ batches ──▶ WaitingRoom of each client ──▶ client
 *                                           client connects: missed changes, or reset ──────────▲
 *
 * - One tail: a wake-up (notification, or every 1 s) reads new changes once for all clients; without clients nothing runs.
 * - Resume: the event id is change number and not-judged mark. A client with a valid id gets every change after it, in order, once.
 * - Reset instead of a gap: a client gets `reset`, and reads the list again, if its number is no longer stored, its mark differs, or
 *   it missed more than `CATCH_UP_MAX` changes.
 * - No overtaking: while a client catches up, new batches wait in its `WaitingRoom`, at most 10,000 changes.
 * - Scopes: clients with a scope get its part of the changes (`scoped-list.ts`), from ids that are read after the position.
 * - Judged changes: when the set of judged shards changes, all clients are reset, at most every `RESET_EVERY_MS`.
 */
@Injectable()
export class TargetListStream implements StreamSource, OnModuleInit, OnApplicationShutdown {
  readonly name = 'target-list';
  readonly scopeUse = 'applied';
  private readonly followers = new Set<Follower>();
  private readonly scoped = new ScopedLists({
    addFollower: (follower) => this.addFollower(follower),
    removeFollower: (follower) => this.removeFollower(follower),
    readScope: (scope) => this.currentPosition().then(() => this.changes.idsIn(scope)),
  });
  private readonly wakeUp = new WakeUp();
  private readonly listener: ChannelListener;
  private position: Promise<number> | null = null;
  private tailing = false;
  private stopped = false;
  private judgedChanged = false;
  /** Not-judged mark that the followers have. Ids contain it, so that a client that disconnects before the next reset gets one on its return. */
  private knownMark = '';
  private resetAtMs = -Infinity;

  constructor(
    database: ControlDatabase,
    private readonly changes: ListChanges,
    private readonly sources: StreamSources,
    private readonly judged: JudgedTargets,
  ) {
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName: 'icmp-mon-list-notifications',
      channel: LIST_CHANGED_CHANNEL,
      onNotify: () => this.wakeUp.wakeSleeper(),
    });
  }

  onModuleInit(): void {
    this.sources.register(this);
    this.judged.onChange(() => {
      this.judgedChanged = true;
      this.wakeUp.wakeSleeper();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wakeUp.wakeSleeper();
    await this.listener.stop();
  }

  openStream(request: StreamRequest): Observable<StreamPart> {
    if (request.principal.scope !== null) return this.scoped.openStream(request.principal.scope, request.lastEventId);
    return new Observable<StreamPart>((client) => {
      const waiting = new WaitingRoom(client);
      this.addFollower(waiting);
      this.replayMissed(request, client, waiting).catch((error: unknown) => client.error(error));
      return () => this.removeFollower(waiting);
    });
  }

  /** Sends the changes that the client missed, then the changes that arrived in the meantime. */
  private async replayMissed(
    { lastEventId, whenDrained }: StreamRequest,
    client: Subscriber<StreamPart>,
    waiting: WaitingRoom,
  ): Promise<void> {
    const judged = await this.judged.now();
    const here = await this.currentPosition();
    const seen = lastEventId === null ? { listSeq: here, mark: judged.mark } : readListEventId(lastEventId);
    const resumes =
      seen !== null &&
      seen.mark === judged.mark &&
      (lastEventId === null || (await this.changes.reaches(seen.listSeq)));
    const missed = resumes ? await this.missedSince(seen.listSeq, judged.mark) : null;
    if (seen === null || missed === null) {
      client.next({ id: listEventId(here, judged.mark), event: 'reset', data: {} });
      waiting.releaseWaiting(here);
      return;
    }
    for (let at = 0; at < missed.length; at += PIECE_MAX) {
      client.next(new ChangeBatch(missed.slice(at, at + PIECE_MAX)).bytes);
      await whenDrained();
    }
    const sentUpTo = missed.at(-1)?.listSeq ?? seen.listSeq;
    // The id alone, so that a client that reconnects before the next change can resume.
    if (missed.length === 0) client.next({ id: listEventId(sentUpTo, judged.mark) });
    waiting.releaseWaiting(sentUpTo);
  }

  /** Returns the changes after a client's number; null if they are too many. */
  private async missedSince(seen: number, mark: string): Promise<ListChange[] | null> {
    const missed = await this.changes.changesAfter(seen, CATCH_UP_MAX + 1, mark);
    return missed.length > CATCH_UP_MAX ? null : missed;
  }

  private async currentPosition(): Promise<number> {
    this.position ??= this.changes.latestChange();
    try {
      return await this.position;
    } catch (error) {
      this.position = null;
      throw error;
    }
  }

  private addFollower(follower: Follower): void {
    this.followers.add(follower);
    if (this.tailing) return;
    this.tailing = true;
    this.listener.start();
    void this.tail();
  }

  private removeFollower(follower: Follower): void {
    this.followers.delete(follower);
  }

  /** Runs while clients are connected. */
  private async tail(): Promise<void> {
    this.judgedChanged = false;
    this.knownMark = (await this.judged.now()).mark;
    while (this.followers.size > 0 && !this.stopped) {
      try {
        await this.deliverNew();
        await this.resetWhenJudgedChanged();
      } catch (error) {
        logger.warn({ err: error }, 'target list changes could not be read; retrying');
      }
      await this.wakeUp.sleepUntilWoken(LOOK_MS);
    }
    this.tailing = false;
    this.position = null;
    await this.listener.stop();
  }

  private async resetWhenJudgedChanged(): Promise<void> {
    if (!this.judgedChanged || performance.now() - this.resetAtMs < RESET_EVERY_MS) return;
    const { mark } = await this.judged.now();
    const id = listEventId(await this.currentPosition(), mark);
    this.judgedChanged = false;
    this.knownMark = mark;
    this.resetAtMs = performance.now();
    const bytes = messageBytes({ id, event: 'reset', data: {} });
    for (const follower of this.followers) follower.sendReset(bytes);
  }

  private async deliverNew(): Promise<void> {
    for (;;) {
      const position = await this.currentPosition();
      const changes = await this.changes.changesAfter(position, BATCH_MAX, this.knownMark);
      const last = changes.at(-1);
      if (last === undefined) return;
      this.position = Promise.resolve(last.listSeq);
      const batch = new ChangeBatch(changes);
      for (const follower of this.followers) follower.deliverBatch(batch);
      if (changes.length < BATCH_MAX) return;
    }
  }
}
