import { TARGET_STATUS_TOPIC, type TargetStatusChanged } from '@icmp-mon/status/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { cloudEvent, cloudEventType, type Messaging } from '@icmp-mon/platform/messaging';
import type { Logger } from '@icmp-mon/platform/ops';

const BATCH_MAX = 1_000;
const SWEEP_MS = 1_000;

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

/**
 * Publishes the owned shards' status changes in their order, from the table that the shard's commit wrote: at least
 * once, and by `changeSeq` a consumer drops repeats. A removed target becomes a tombstone.
 */
export class StatusPublisher {
  private readonly busy = new Set<number>();
  private readonly again = new Set<number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly messaging: Messaging,
    private readonly ownedShards: () => number[],
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.ownedShards().forEach((shard) => this.kick(shard)), SWEEP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
  }

  /** Publishes what a shard has not published yet; calls while it is at it are gathered into one more round. */
  kick(shard: number): void {
    if (this.busy.has(shard)) {
      this.again.add(shard);
      return;
    }
    this.busy.add(shard);
    this.publishAll(shard)
      .catch((error: unknown) => this.logger.warn({ err: error, shard }, 'status changes wait to be published'))
      .finally(() => {
        this.busy.delete(shard);
        if (this.again.delete(shard)) this.kick(shard);
      });
  }

  private async publishAll(shard: number): Promise<void> {
    while ((await this.publishBatch(shard)) === BATCH_MAX);
  }

  private async publishBatch(shard: number): Promise<number> {
    const rows = await this.sql.query<PublishedChange>(
      `SELECT shard, change_seq, target_key, target_id, host(ip) AS ip, vrf, tier, from_status, to_status, reason, at,
              last_success_at, votes, removed
       FROM status_change
       WHERE shard = $1
         AND change_seq > COALESCE((SELECT published_seq FROM status_publication WHERE shard = $1), 0)
       ORDER BY change_seq LIMIT $2`,
      [shard, BATCH_MAX],
    );
    const last = rows.at(-1);
    if (!last) return 0;
    await this.messaging.send(TARGET_STATUS_TOPIC, rows.map(statusMessage));
    await this.sql.execute(
      `INSERT INTO status_publication (shard, published_seq) VALUES ($1, $2)
       ON CONFLICT (shard) DO UPDATE SET published_seq = GREATEST(status_publication.published_seq, excluded.published_seq)`,
      [shard, last.change_seq],
    );
    return rows.length;
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
