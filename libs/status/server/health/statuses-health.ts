import { type HealthRow, worstOf } from '@icmp-mon/operations/contract';
import { type LogBounds, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { isHeld } from '@icmp-mon/platform/leases';
import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { grade, type HealthFacts, type PartReading, type PluggedPart, spanText } from '@icmp-mon/platform/health';
import { SHARD_IS_HELD } from '@icmp-mon/shard/engine';
import { causeOfLag, type ShardLag, type StatusLag } from './status-lag';
import { listLag, publishLag } from './status-feed-lag';

/** Timeout for Kafka: the part must answer while Kafka does not, because then it reports an outage of Kafka anyway. */
const KAFKA_MS_MAX = 2_000;

const SHARDS = `
  SELECT s.shard, ${SHARD_IS_HELD} AS held, p.position, j.age_s AS judged_age_s, p.stored_age_s
  FROM shard s
  LEFT JOIN LATERAL (SELECT min(position) AS position, extract(epoch FROM clock_timestamp() - min(log_at))::float8 AS stored_age_s
                     FROM shard_position WHERE shard = s.shard) p ON true
  LEFT JOIN LATERAL (SELECT extract(epoch FROM clock_timestamp() - log_at)::float8 AS age_s
                     FROM shard_position WHERE shard = s.shard AND participant = 'status') j ON true
  ORDER BY s.shard`;

interface ShardRow {
  shard: number;
  held: boolean;
  position: number | null;
  judged_age_s: number | null;
  stored_age_s: number | null;
}

/** Health part of the age of statuses and results, from the log to the target list, with the cause of a delay. */
export const STATUSES_PART: PluggedPart = {
  id: 'statuses',
  title: 'Statuses',
  runbook: 'runbooks/health.md#statuses',
  after: 'shards',
  isVital: true,
  labels: ['step'],
  columns: [
    { key: 'step', title: 'Step', unit: 'text' },
    {
      key: 'ageS',
      title: 'Age',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_status_age_seconds',
        help: 'Age of the statuses by step: judged, published, listed; and of the stored results.',
      },
    },
    { key: 'behind', title: 'Waiting', unit: 'count' },
  ],
  async readPart(look): Promise<PartReading> {
    const [shards, ticksHeld, published, bounds] = await Promise.all([
      look.telemetry.query<ShardRow>(SHARDS),
      isHeld(look.telemetry, 'ticks'),
      publishLag(look),
      boundsSoon(look),
    ]);
    const listed = await listLag(look, bounds);
    const lag: StatusLag = {
      shards: shards.map((row) => lagOf(row, bounds?.get(SHARD_TOPIC)?.get(row.shard)?.high ?? null)),
      kafkaAnswers: bounds !== null,
      ticksHeld,
      published,
      listed,
    };
    return readingOf(lag, look);
  },
};

function lagOf(row: ShardRow, logEnd: number | null): ShardLag {
  const behind = logEnd === null || row.position === null ? null : Math.max(0, logEnd - row.position - 1);
  return { held: row.held, judgedAgeS: row.judged_age_s, storedAgeS: row.stored_age_s, behind };
}

function readingOf(lag: StatusLag, { thresholds }: HealthFacts): PartReading {
  const { shards, published, listed } = lag;
  const oldest = (of: (shard: ShardLag) => number | null): number | null => {
    const ages = shards.map(of);
    const known = ages.filter((age) => age !== null);
    return known.length < shards.length || known.length === 0 ? null : Math.max(0, ...known);
  };
  const [judgedS, storedS] = [oldest((shard) => shard.judgedAgeS), oldest((shard) => shard.storedAgeS)];
  const behind = shards.reduce((sum, shard) => sum + (shard.behind ?? 0), 0);
  const row = (step: string, ageS: number | null, waiting: number, state: HealthRow['state']): HealthRow => ({
    state,
    values: { step, ageS, behind: waiting },
  });
  const never = shards.length === 0 || judgedS === null;
  const rows = [
    row('judged', judgedS, behind, never ? 'attention' : grade(judgedS, thresholds.statusAgeS)),
    row('published', published.ageS, published.behind, grade(published.ageS, thresholds.statusAgeS)),
    row('listed', listed.ageS, listed.behind, grade(listed.ageS, thresholds.statusAgeS)),
    row('results stored', storedS, behind, grade(storedS, thresholds.freshnessS)),
  ];
  const state = worstOf(rows.map((each) => each.state));
  const statusesS = Math.max(judgedS ?? 0, published.ageS, listed.ageS);
  if (state === 'ok') {
    const summary = `Statuses are ${spanText(statusesS)} old, results ${spanText(storedS ?? 0)}`;
    return { state, summary, advice: null, rows };
  }
  const { cause, advice } = causeOfLag(lag, thresholds);
  const late = grade(statusesS, thresholds.statusAgeS) !== 'ok';
  const what = late ? `Statuses are ${spanText(statusesS)} old` : `Results are ${spanText(storedS ?? 0)} old`;
  return { state, summary: never ? `No status was judged yet: ${cause}` : `${what}: ${cause}`, advice, rows };
}

/** Reads the bounds of the topics; null if Kafka does not answer in time. */
async function boundsSoon(look: HealthFacts): Promise<Map<string, Map<number, LogBounds>> | null> {
  const bounds = look.kafka.boundsOrNull();
  return (await settlesWithin(bounds, KAFKA_MS_MAX)) ? bounds : null;
}
