import { TARGET_STATUS_TOPIC, type TargetStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, cloudEventType, type Messaging } from '@icmp-mon/platform/messaging';
import { settlesWithin } from '@icmp-mon/platform/concurrency';
import type { Logger } from '@icmp-mon/platform/ops';
import { setImmediate as turn } from 'node:timers/promises';

/** Encoding a message for Kafka takes some 50 µs: a batch is one turn of the event loop, and short. */
const BATCH_MAX = 250;
const SWEEP_MS = 1_000;
/** The client tries a send that was given up for so long. */
const GIVEN_UP_MS = 90_000;
const STOP_MS_MAX = 3_000;

/** A row of `status_change` as it is published. */
export type PublishedChange = Omit<
  TargetStatusChanged['data'],
  'key' | 'from' | 'to' | 'changeSeq' | 'targetId' | 'lastSuccessAt' | 'at'
> & {
  change_seq: number;
  target_key: number;
  target_id: string;
  from_status: TargetStatusChanged['data']['from'];
  to_status: TargetStatusChanged['data']['to'];
  at: Date;
  last_success_at: Date | null;
  removed: boolean;
};

export const PUBLISHED_COLUMNS = `c.shard, c.change_seq, c.target_key, c.target_id, host(c.ip) AS ip, c.vrf, c.tier,
  c.from_status, c.to_status, c.reason, c.at, c.last_success_at, c.votes, c.removed`;

/**
 * Publishes the owned shards' status changes in their order, from the table that the shard's commit wrote: at least
 * once, and by `changeSeq` a consumer drops repeats. A removed target becomes a tombstone.
 *
 * The topic is compacted, so of each target the newest change has to come last, also where two publish at once because one of them was
 * stalled while it lost the shard. Each therefore looks, once what it sent is acknowledged, whether anything newer is stored,
 * published or not, and sends that too.
 */
export class StatusPublisher {
  private readonly busy = new Map<number, Promise<void>>();
  private readonly again = new Set<number>();
  /** Shards with sends that were given up, and may arrive behind newer ones: from where on all is sent again, and when. */
  private readonly givenUp = new Map<number, { after: number; againAtMs: number }>();
  private lastBatch: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly messaging: Pick<Messaging, 'send'>,
    private readonly ownedShards: () => number[],
    private readonly logger: Logger,
    private readonly givenUpMs = GIVEN_UP_MS,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      for (const shard of this.ownedShards()) this.kick(shard);
      for (const shard of this.givenUp.keys()) if (this.sendsAgainFrom(shard) !== null) this.kick(shard);
    }, SWEEP_MS);
  }

  /** Ends what is under way, with what was stored before, but waits for 3 s at most: the next owner publishes the rest. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const isIdle = await settlesWithin(this.idle(), STOP_MS_MAX);
    if (!isIdle) this.logger.warn({ shards: [...this.busy.keys()] }, 'stopped before all was published');
  }

  private async idle(): Promise<void> {
    while (this.busy.size > 0) await Promise.all(this.busy.values());
  }

  /** Publishes what a shard has not published yet; calls while it is at it are gathered into one more round. */
  kick(shard: number): void {
    if (this.busy.has(shard)) {
      this.again.add(shard);
      return;
    }
    const publishing = this.publishAll(shard)
      .catch((error: unknown) => this.logger.warn({ err: error, shard }, 'status changes wait to be published'))
      .finally(() => {
        this.busy.delete(shard);
        if (this.again.delete(shard)) this.kick(shard);
      });
    this.busy.set(shard, publishing);
  }

  private async publishAll(shard: number): Promise<void> {
    const again = this.sendsAgainFrom(shard);
    let after = again;
    for (let isBehind = true; isBehind;) {
      const sent = await this.inTurn(() => this.sendNext(shard, after));
      if (sent === null) break;
      after = sent;
      isBehind = (await this.notePublished(shard, after)) > after;
    }
    if (again !== null) this.givenUp.delete(shard);
  }

  /** Sends the next batch; returns the number of its last change, null when there is none. */
  private async sendNext(shard: number, after: number | null): Promise<number | null> {
    const rows = await this.changesAfter(shard, after);
    const last = rows.at(-1);
    if (!last) return null;
    await this.sendChanges(shard, rows);
    return last.change_seq;
  }

  /**
   * One batch at a time over all shards. When many targets change at once all shards have full batches, and encoded side by side they
   * kept the event loop for seconds on a busy machine: longer than a lease or a session lives.
   */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.lastBatch.then(() => turn()).then(work);
    this.lastBatch = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  private sendsAgainFrom(shard: number): number | null {
    const givenUp = this.givenUp.get(shard);
    return givenUp && performance.now() >= givenUp.againAtMs ? givenUp.after : null;
  }

  /** `after` null: after what is noted as published. */
  private changesAfter(shard: number, after: number | null): Promise<PublishedChange[]> {
    return this.sql.query<PublishedChange>(
      `SELECT ${PUBLISHED_COLUMNS} FROM status_change c
       WHERE c.shard = $1
         AND c.change_seq > coalesce($3::bigint, (SELECT published_seq FROM status_publication WHERE shard = $1), 0)
       ORDER BY c.change_seq LIMIT $2`,
      [shard, BATCH_MAX, after],
    );
  }

  private async sendChanges(shard: number, rows: PublishedChange[]): Promise<void> {
    try {
      await this.messaging.send(TARGET_STATUS_TOPIC, rows.map(statusMessage));
    } catch (error) {
      const after = Math.min(rows[0].change_seq - 1, this.givenUp.get(shard)?.after ?? Infinity);
      this.givenUp.set(shard, { after, againAtMs: performance.now() + this.givenUpMs });
      throw error;
    }
  }

  /** Returns the number of the newest change that is stored. */
  private async notePublished(shard: number, publishedSeq: number): Promise<number> {
    const [row] = await this.sql.query<{ newest: number | null }>(
      `INSERT INTO status_publication (shard, published_seq) VALUES ($1, $2)
       ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(status_publication.published_seq, excluded.published_seq)
       RETURNING (SELECT max(change_seq) FROM status_change WHERE shard = $1)::float8 AS newest`,
      [shard, publishedSeq],
    );
    return row?.newest ?? 0;
  }
}

/** The change as an event of the public topic; of a removed target a tombstone. */
export function statusMessage(row: PublishedChange): ReturnType<typeof cloudEvent> {
  const data: TargetStatusChanged['data'] | null = row.removed
    ? null
    : {
        targetId: row.target_id,
        key: row.target_key,
        ip: row.ip,
        vrf: row.vrf,
        tier: row.tier,
        from: row.from_status,
        to: row.to_status,
        reason: row.reason,
        at: row.at.toISOString(),
        lastSuccessAt: row.last_success_at?.toISOString() ?? null,
        votes: row.votes,
        shard: row.shard,
        changeSeq: row.change_seq,
      };
  return cloudEvent({
    id: `${row.shard}-${row.change_seq}`,
    type: cloudEventType('target-status', 'TargetStatusChanged'),
    time: row.at.toISOString(),
    data,
    key: row.target_id,
  });
}
