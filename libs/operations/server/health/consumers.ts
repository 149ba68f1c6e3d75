import type { HealthRow } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
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

/** How a group stands in one partition. */
interface PartitionLag {
  group: string;
  topic: string;
  lag: number;
  /** For how long it has not moved although there is something to move to; null when there is not. */
  stillS: number | null;
  /** It stands where the log never was: somebody has made the topic anew. */
  isPastEnd: boolean;
}

const OFFSETS_MAX = 10_000;

/** How far consumers of domain events and telemetry are behind the ends of their topics. */
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
      title: 'Behind',
      unit: 'count',
      metric: {
        name: 'icmpmon_group_lag_messages',
        help: 'Messages of a topic that a consumer group has not handled yet.',
      },
    },
    { key: 'stillS', title: 'Not moved for', unit: 'seconds' },
  ],
  async read(look): Promise<PartReading> {
    const bounds = await look.kafka.bounds();
    const logicalOf = new Map(
      declaredTopics({ shardCount: 1 }).map(({ logical }) => [look.messaging.topic(logical), logical]),
    );
    const offsets = (await Promise.all([offsetsIn(look.control), offsetsIn(look.telemetry)])).flat();
    const lags = await Promise.all(
      offsets.flatMap((row) => {
        const topic = logicalOf.get(row.topic);
        const end = topic === undefined ? undefined : bounds.get(topic)?.get(row.partition);
        // A topic that the product does not declare any more has no consumer either.
        return topic === undefined || end === undefined ? [] : [lagOf(row, topic, end, look)];
      }),
    );
    const subscriptions = [...Map.groupBy(lags, ({ group, topic }) => `${group} ${topic}`).values()];
    const rows = subscriptions.map((partitions) => rowOf(partitions, look));
    const total = lags.reduce((sum, { lag }) => sum + lag, 0);
    const ok = `${counted(rows.length, 'subscription')}, ${counted(total, 'message')} behind`;
    return ofRows(rows, ok, () => complaint(lags));
  },
};

/** A message that came just now after a quiet night has waited for a moment only, however long ago the group last moved. */
async function lagOf(row: OffsetRow, topic: string, end: LogBounds, look: Look): Promise<PartitionLag> {
  const { group_id: group, partition, next_offset, still_s } = row;
  const offset = Math.max(next_offset, end.low);
  const lag = Math.max(0, end.high - offset);
  const isPastEnd = next_offset > end.high;
  const known = { group, topic, lag, isPastEnd };
  if (lag === 0 && !isPastEnd) return { ...known, stillS: null };
  if (isPastEnd || still_s < look.thresholds.consumerStillS.attention) return { ...known, stillS: still_s };
  const sinceMs = await look.waiting.at({ group, topic, partition, offset });
  const waitsS = sinceMs === null ? null : Math.max(0, (look.nowMs - sinceMs) / 1_000);
  return { ...known, stillS: waitsS === null ? null : Math.min(still_s, waitsS) };
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
      `Group ${group} stands past the end of ${topic}: the topic was made anew`,
      'Go on from what the log holds: npm run icmpmon -- shards adopt.',
    ];
  }
  return [
    `Group ${group} has ${counted(lag, 'message')} before it and has not moved for ${spanText(stillest.stillS ?? 0)}`,
    'See the log of the projector (of the worker for assignment): it names what a batch waits for.',
  ];
}

function offsetsIn(sql: Sql): Promise<OffsetRow[]> {
  return sql.query<OffsetRow>(
    `SELECT group_id, topic, partition, next_offset, extract(epoch FROM now() - updated_at)::float8 AS still_s
     FROM consumer_offset ORDER BY group_id, topic, partition LIMIT ${OFFSETS_MAX}`,
  );
}
