import { messageBytes, type StreamMessage, type StreamPart } from '@icmp-mon/platform/http';
import { scopePredicate } from '@icmp-mon/targets/contract';
import type { Subscriber } from 'rxjs';
import { type ListChange, removalOf } from './list-changes';
import type { ChangeBatch, Follower } from './list-follower';

/** Id of the events of a scope. It is not a position, so a client that reconnects, also with another scope or none, reads the list again. */
const SCOPED_ID = 'scoped';
/** Most changes that wait until the targets of the scope are read. */
const WAITING_MAX = 10_000;

/** Reads the ids of all targets in the scope. */
export type ReadScope = (scope: string) => Promise<string[]>;

/**
 * The part of the list's changes that the clients of one scope receive:
 *
 *   row in the scope                     → target
 *   row outside, target was in before    → removed
 *   removal, target was in before        → removed
 *   anything else                        → nothing
 *
 * - The ids of the scope's targets are read when the first client connects, and follow the changes; later batches wait until then.
 * - Clients of the same scope share the ids and the encoded events.
 * - Clients that connected before the ids were read get `reset` then: a target may have left the scope since they read the list.
 * - A client that has received events before gets `reset`: which targets left the scope while it was away is not stored.
 */
export class ScopedList implements Follower {
  private readonly clients = new Set<Subscriber<StreamPart>>();
  private readonly isInScope;
  private readonly ids = new Set<string>();
  private waiting: ChangeBatch[] | null = [];
  private waitingChanges = 0;

  constructor(private readonly scope: string) {
    this.isInScope = scopePredicate(scope);
  }

  get isEmpty(): boolean {
    return this.clients.size === 0;
  }

  /** Reads the targets of the scope. A failure ends the streams, and the clients reconnect. */
  async loadScope(read: ReadScope): Promise<void> {
    try {
      for (const id of await read(this.scope)) this.ids.add(id);
      const waiting = this.waiting ?? [];
      this.waiting = null;
      for (const batch of waiting) this.passOn(batch);
      this.sendReset();
    } catch (error) {
      this.failClients(error);
    }
  }

  addClient(client: Subscriber<StreamPart>, isFirstConnection: boolean): void {
    this.clients.add(client);
    client.next(isFirstConnection || this.waiting !== null ? { id: SCOPED_ID } : reset());
  }

  removeClient(client: Subscriber<StreamPart>): void {
    this.clients.delete(client);
  }

  deliverBatch(batch: ChangeBatch): void {
    if (this.waiting === null) return this.passOn(batch);
    this.waiting.push(batch);
    this.waitingChanges += batch.changes.length;
    if (this.waitingChanges > WAITING_MAX)
      this.failClients(new Error('The targets of a scope were not read while many of them changed.'));
  }

  sendReset(): void {
    for (const client of this.clients) client.next(reset());
  }

  private failClients(error: unknown): void {
    for (const client of [...this.clients]) client.error(error);
  }

  private passOn({ changes }: ChangeBatch): void {
    const messages = changes.flatMap((change) => this.messageOf(change) ?? []);
    if (messages.length === 0) return;
    const bytes = Buffer.concat(messages.map(messageBytes));
    for (const client of this.clients) client.next(bytes);
  }

  private messageOf({ id, key, target }: ListChange): StreamMessage | null {
    if (target !== null && this.isInScope(target)) {
      this.ids.add(id);
      const parents = target.parents.filter((parent) => this.ids.has(parent.id));
      return { event: 'target', data: { ...target, parents } };
    }
    return this.ids.delete(id) ? removalOf({ id, key }) : null;
  }
}

const reset = (): StreamMessage => ({ id: SCOPED_ID, event: 'reset', data: {} });
