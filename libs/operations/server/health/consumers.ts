import type { HealthRow } from '@icmp-mon/operations/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { declaredTopics } from '@icmp-mon/platform/messaging';
import { counted, ofRows, spanText } from './figures';
import type { Look, PartReader, PartReading } from './health-reading';
import { grade } from './thresholds';

interface OffsetRow {
  group_id: string;
  topic: string;
  partition: number;
  next_offset: number;
  still_s: number;
}

interface GroupLag {
  group: string;
  topic: string;
  lag: number;
  /** For how long a partition with messages before it has not moved; null without such a partition. */
  stillS: number | null;
}

const OFFSETS_MAX = 10_000;

/** How far consumers of domain events and telemetry are behind the ends of their topics. */
export const CONSUMERS_PART: PartReader = {
  id: 'consumers',
  title: 'Consumers',
  runbook: 'runbooks/health.md#consumers',
  isVital: false,
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
    const lags = new Map<string, GroupLag>();
    for (const { group_id: group, topic: fullName, partition, next_offset, still_s } of offsets) {
      const topic = logicalOf.get(fullName);
      const end = topic === undefined ? undefined : bounds.get(topic)?.get(partition);
      // A topic that the product does not declare any more has no consumer either.
      if (topic === undefined || end === undefined) continue;
      const lag = Math.max(0, end.high - Math.max(next_offset, end.low));
      const sum = lags.get(`${group} ${topic}`) ?? { group, topic, lag: 0, stillS: null };
      sum.lag += lag;
      if (lag > 0) sum.stillS = Math.max(sum.stillS ?? 0, still_s);
      lags.set(`${group} ${topic}`, sum);
    }
    const rows = [...lags.values()].map((lag) => rowOf(lag, look));
    const total = [...lags.values()].reduce((sum, { lag }) => sum + lag, 0);
    return ofRows(rows, `${counted(rows.length, 'subscription')}, ${counted(total, 'message')} behind`, (state) => {
      const [worst] = rows.filter((row) => row.state === state);
      const { group, lag, stillS } = worst?.values ?? {};
      return [
        `Group ${group} has ${counted(Number(lag), 'message')} before it and has not moved for ${spanText(Number(stillS))}`,
        'See the log of the projector (of the worker for assignment): it names what a batch waits for.',
      ];
    });
  },
};

function rowOf({ group, topic, lag, stillS }: GroupLag, { thresholds }: Look): HealthRow {
  return { state: grade(stillS, thresholds.consumerStillS), values: { group, topic, lag, stillS } };
}

function offsetsIn(sql: Sql): Promise<OffsetRow[]> {
  return sql.query<OffsetRow>(
    `SELECT group_id, topic, partition, next_offset, extract(epoch FROM now() - updated_at)::float8 AS still_s
     FROM consumer_offset ORDER BY group_id, topic, partition LIMIT ${OFFSETS_MAX}`,
  );
}
