import type { HealthRow } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type ProjectionLag, projectionLags } from '@icmp-mon/platform/event-store';
import { declaredTopics, type LogBounds } from '@icmp-mon/platform/messaging';
import { counted, grade, maxOf, ofRows, spanText } from '@icmp-mon/platform/health';
import type { Look, PartReader, PartReading } from './health-reading';

interface OffsetRow {
  group_id: string;
  topic: string;
  partition: number;
  next_offset: number;
  still_s: number;
}

/** Progress of a consumer group in one partition, or of a read model in the event store. */
interface PartitionLag {
  group: string;
  topic: string;
  lag: number;
  /** For how long it has not advanced although messages wait, in s; null when none wait. */
  stillS: number | null;
  /** Its offset is past the log end: the topic was recreated. */
  isPastEnd: boolean;
}

const OFFSETS_MAX = 10_000;
/** Shown instead of a topic for read models that follow the event store itself. */
const EVENT_STORE = 'event store';

/** Lag of the consumers of domain events and telemetry, and of the read models that follow the event store. */
export const CONSUMERS_PART: PartReader = {
  id: 'consumers',
  title: 'Consumers',
  runbook: 'runbooks/health.md#consumers',
  isVital: true,
  labels: ['group', 'topic'],
  columns: [
    { key: 'group', title: 'Group', unit: 'text' },
    { key: 'topic', title: 'Topic', unit: 'text' },
    {
      key: 'lag',
      title: 'Lag',
      unit: 'count',
      metric: {
        name: 'icmpmon_group_lag_messages',
        help: 'Messages of a topic that a consumer group has not processed yet.',
      },
    },
    { key: 'stillS', title: 'Stalled for', unit: 'seconds' },
  ],
  async readPart(look): Promise<PartReading> {
    const bounds = await look.kafka.topicBounds();
    const logicalOf = new Map(
      declaredTopics({ shardCount: 1 }).map(({ logical }) => [look.messaging.topic(logical), logical]),
    );
    const [projections, ...offsets] = await Promise.all([
      projectionLags(look.control),
      offsetsIn(look.control),
      offsetsIn(look.telemetry),
    ]);
    const ofTopics = await Promise.all(
      offsets.flat().flatMap((row) => {
        const topic = logicalOf.get(row.topic);
        const end = topic === undefined ? undefined : bounds.get(topic)?.get(row.partition);
        // A topic that the product no longer declares has no consumer either.
        return topic === undefined || end === undefined ? [] : [lagOf(row, topic, end, look)];
      }),
    );
    const lags = [...ofTopics, ...projections.map(ofEventStore)];
    const subscriptions = [...Map.groupBy(lags, ({ group, topic }) => `${group} ${topic}`).values()];
    const rows = subscriptions.map((partitions) => rowOf(partitions, look));
    const total = lags.reduce((sum, { lag }) => sum + lag, 0);
    const ok = `${counted(rows.length, 'subscription')}, total lag ${counted(total, 'message')}`;
    return ofRows(rows, ok, () => complaint(lags));
  },
};

/** A message that arrives after a quiet night has only just begun to wait, regardless of when the group last advanced. */
async function lagOf(row: OffsetRow, topic: string, end: LogBounds, look: Look): Promise<PartitionLag> {
  const { group_id: group, partition, next_offset, still_s } = row;
  const offset = Math.max(next_offset, end.low);
  const lag = Math.max(0, end.high - offset);
  const isPastEnd = next_offset > end.high;
  const known = { group, topic, lag, isPastEnd };
  if (lag === 0 && !isPastEnd) return { ...known, stillS: null };
  if (isPastEnd || still_s < look.thresholds.consumerStillS.attention) return { ...known, stillS: still_s };
  const sinceMs = await look.waiting.oldestWaitingAt({ group, topic, partition, offset });
  const waitsS = sinceMs === null ? null : Math.max(0, (look.nowMs - sinceMs) / 1_000);
  return { ...known, stillS: waitsS === null ? null : Math.min(still_s, waitsS) };
}

function ofEventStore({ name, behind, stillS }: ProjectionLag): PartitionLag {
  return { group: name, topic: EVENT_STORE, lag: behind, stillS, isPastEnd: false };
}

function rowOf(partitions: PartitionLag[], { thresholds }: Look): HealthRow {
  const [{ group, topic } = { group: '', topic: '' }] = partitions;
  const lag = partitions.reduce((sum, of) => sum + of.lag, 0);
  const stillS = maxOf(partitions.map((of) => of.stillS));
  return { state: grade(stillS, thresholds.consumerStillS), values: { group, topic, lag, stillS } };
}

function complaint(lags: PartitionLag[]): [string, string] {
  const stillest = lags.reduce((most, of) => ((of.stillS ?? 0) > (most.stillS ?? 0) ? of : most));
  const { group, topic, lag, isPastEnd } = stillest;
  if (isPastEnd) {
    return [
      `Group ${group} is past the end of ${topic}: the topic was recreated`,
      'Continue from what the log contains: npm run icmpmon -- shards adopt.',
    ];
  }
  const isWorkers = topic === EVENT_STORE || group === 'assignment';
  return [
    `Group ${group} has a lag of ${counted(lag, 'message')} and has not advanced for ${spanText(stillest.stillS ?? 0)}`,
    `Check the log of the ${isWorkers ? 'worker' : 'projector'}: it names what the batch is waiting for.`,
  ];
}

function offsetsIn(sql: Sql): Promise<OffsetRow[]> {
  return sql.query<OffsetRow>(
    `SELECT group_id, topic, partition, next_offset, extract(epoch FROM now() - updated_at)::float8 AS still_s
     FROM consumer_offset ORDER BY group_id, topic, partition LIMIT ${OFFSETS_MAX}`,
  );
}
