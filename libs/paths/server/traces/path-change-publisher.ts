import { PATH_CHANGED, PATH_CHANGES_TOPIC, type PathChanged } from '@icmp-mon/paths/contract';
import type { Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import { cloudEvent, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { OutboxPublisher, type OutboxRows } from '@icmp-mon/platform/outbox';
import { PATH_CHANGED_CHANNEL } from './store-changes';

const LEASE = 'path-change-publisher';
const CHANGES_PER_SEND = 250;
/** Poll interval; new changes wake the publisher earlier. It is the longest delay after a lost wake-up. */
const POLL_MS = 5_000;

type ChangeRow = Omit<PathChanged['data'], 'at'> & { at: Date };

export interface PathChangePublisherOptions {
  database: TelemetryDatabase;
  messaging: Pick<Messaging, 'sendMessages'>;
}

/** Publishes changes of paths in the order of their numbers, at least once. One publisher runs at a time. */
export class PathChangePublisher {
  private readonly leader: Leader<LeaseTerm>;

  constructor(private readonly options: PathChangePublisherOptions) {
    this.leader = new Leader(byLease(options.database, LEASE), (_term, lost) => this.publishWhileLeading(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async publishWhileLeading(lost: AbortSignal): Promise<void> {
    const { database, messaging } = this.options;
    const rows = changeRows(database);
    const publisher = new OutboxPublisher<OutgoingMessage>({
      name: 'path changes',
      rowsOf: () => rows,
      pollMs: POLL_MS,
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
    });
    await publisher.publishUntil(lost, {
      url: database.options.url,
      applicationName: 'path-changes',
      channel: PATH_CHANGED_CHANNEL,
    });
  }
}

function changeRows(sql: Sql): OutboxRows<OutgoingMessage> {
  return {
    async nextBatch(sent) {
      const rows = await sql.query<ChangeRow>(
        `SELECT change_seq AS "changeSeq", target_id::text AS "targetId", host(ip) AS ip, agent_id::text AS "agentId",
           trace_id::text AS "traceId", at, "left", joined FROM path_change
         WHERE change_seq > coalesce($1::bigint, (SELECT published_seq FROM path_change_state)) ORDER BY change_seq LIMIT $2`,
        [sent, CHANGES_PER_SEND],
      );
      const [first] = rows;
      const last = rows.at(-1);
      if (first === undefined || last === undefined) return 'none';
      const sends = [{ topic: PATH_CHANGES_TOPIC, messages: rows.map(changeMessage) }];
      return { after: first.changeSeq - 1, upTo: last.changeSeq, sends };
    },
    async markPublished({ upTo }) {
      await sql.execute('UPDATE path_change_state SET published_seq = greatest(published_seq, $1)', [upTo]);
    },
  };
}

function changeMessage(row: ChangeRow): OutgoingMessage {
  const data: PathChanged['data'] = { ...row, at: row.at.toISOString() };
  return cloudEvent({ id: `path-${row.changeSeq}`, type: PATH_CHANGED, time: data.at, data, key: row.targetId });
}
