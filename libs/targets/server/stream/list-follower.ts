import type { StreamPart } from '@icmp-mon/platform/http';
import type { Subscriber } from 'rxjs';
import type { ListChange } from './list-changes';

/** Most changes that wait for a client during catch-up. */
const WAITING_MAX = 10_000;

/** A batch of changes whose bytes are joined once for all clients. */
export class ChangeBatch {
  private joined: Buffer | null = null;

  constructor(readonly changes: readonly ListChange[]) {}

  get bytes(): Buffer {
    this.joined ??= Buffer.concat(this.changes.map(({ bytes }) => bytes));
    return this.joined;
  }

  get first(): number {
    return this.changes[0].listSeq;
  }

  get last(): number {
    return this.changes[this.changes.length - 1].listSeq;
  }

  after(listSeq: number): ChangeBatch | null {
    const rest = this.changes.filter((change) => change.listSeq > listSeq);
    return rest.length === 0 ? null : new ChangeBatch(rest);
  }
}

/** A client that receives the changes of the list. */
export interface Follower {
  deliverBatch(batch: ChangeBatch): void;
  /** The set of judged shards changed: the list that the client has read is no longer valid. */
  sendReset(bytes: Buffer): void;
}

/** Queues new batches for a client until it has caught up, then passes on changes that it has not received. */
export class WaitingRoom implements Follower {
  private waiting: ChangeBatch[] | null = [];
  private waitingChanges = 0;
  private seen = 0;
  private resetDue: Buffer | null = null;

  constructor(private readonly client: Subscriber<StreamPart>) {}

  deliverBatch(batch: ChangeBatch): void {
    if (this.waiting === null) return this.passOn(batch);
    this.waiting.push(batch);
    this.waitingChanges += batch.changes.length;
    if (this.waitingChanges > WAITING_MAX)
      this.client.error(new Error('The client fell too far behind during catch-up.'));
  }

  sendReset(bytes: Buffer): void {
    if (this.waiting === null) this.client.next(bytes);
    else this.resetDue = bytes;
  }

  releaseWaiting(seen: number): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    this.seen = seen;
    for (const batch of waiting) this.passOn(batch);
    if (this.resetDue !== null) this.client.next(this.resetDue);
  }

  private passOn(batch: ChangeBatch): void {
    const news = batch.first > this.seen ? batch : batch.after(this.seen);
    if (news === null) return;
    this.seen = news.last;
    this.client.next(news.bytes);
  }
}
