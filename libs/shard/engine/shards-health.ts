import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import { SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import {
  counted,
  grade,
  type HealthFacts,
  maxOf,
  ofRows,
  type PartReading,
  type PluggedPart,
  spanText,
} from '@icmp-mon/platform/health';
import { SHARD_IS_HELD, SHARD_LEASE_AHEAD_S } from './lease-sql';

interface ShardRow {
  shard: number;
  epoch: number;
  holder: string | null;
  held: boolean;
  /** How far beyond its longest duration the lease ends, in seconds. */
  lease_ahead_s: number;
  /** Lowest of the participants' stored positions. */
  position: number | null;
  stored_age_s: number | null;
}

const SHARDS = `
  SELECT s.shard, s.epoch, s.holder, ${SHARD_IS_HELD} AS held, ${SHARD_LEASE_AHEAD_S} AS lease_ahead_s, p.position,
    -- A large negative age counts like a positive one: a clock was set back, and nothing has been stored since.
    abs(extract(epoch FROM clock_timestamp() - p.log_at))::float8 AS stored_age_s
  FROM shard s
  LEFT JOIN LATERAL (SELECT min(position) AS position, min(log_at) AS log_at FROM shard_position WHERE shard = s.shard) p ON true
  ORDER BY s.shard`;

/** Health of the shards: their owners, how far their logs are stored, and how old the stored data is. */
export const SHARDS_PART: PluggedPart = {
  id: 'shards',
  title: 'Shards',
  runbook: 'runbooks/health.md#shards',
  before: 'publishers',
  isVital: true,
  labels: ['shard'],
  columns: [
    { key: 'shard', title: 'Shard', unit: 'text' },
    {
      key: 'storedAgeS',
      title: 'Last stored',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_shard_stored_age_seconds',
        help: 'Age of the data that a shard stored last, by the clock of its log.',
      },
    },
    {
      key: 'lagRecords',
      title: 'Behind',
      unit: 'count',
      metric: { name: 'icmpmon_shard_log_lag_records', help: 'Records of the shard log that are not stored yet.' },
    },
    { key: 'position', title: 'Position', unit: 'count' },
    { key: 'logEnd', title: 'End of log', unit: 'count' },
    { key: 'epoch', title: 'Epoch', unit: 'count' },
    { key: 'owner', title: 'Owner', unit: 'text' },
  ],
  async readPart(look): Promise<PartReading> {
    const [shards, bounds] = await Promise.all([look.telemetry.query<ShardRow>(SHARDS), look.kafka.boundsOrNull()]);
    const ends = bounds?.get(SHARD_TOPIC);
    const rows = shards.map((row) => rowOf(row, ends?.get(row.shard)?.high ?? null, look));
    if (rows.length === 0) {
      const advice = 'Start a projector: the first one creates the shards.';
      return { state: 'bad', summary: 'No shards exist: no projector has run yet', advice, rows };
    }
    const owners = new Set(shards.filter(({ held }) => held).map(({ holder }) => holder)).size;
    const oldestS = maxOf(shards.map((row) => row.stored_age_s));
    const ok = `${counted(rows.length, 'shard')} on ${counted(owners, 'projector')}, stored up to ${oldestS === null ? 'nothing yet' : `${spanText(oldestS)} ago`}`;
    return ofRows(rows, ok, (state) => (bounds === null ? outage(shards, rows) : complaint(shards, rows, state)));
  },
};

function rowOf(row: ShardRow, logEnd: number | null, { thresholds }: HealthFacts): HealthRow {
  const unowned: HealthState = row.held ? 'ok' : 'attention';
  return {
    state: worstOf([unowned, grade(row.stored_age_s, thresholds.freshnessS)]),
    values: {
      shard: String(row.shard),
      storedAgeS: row.stored_age_s === null ? null : Math.max(0, row.stored_age_s),
      lagRecords: logEnd === null || row.position === null ? null : Math.max(0, logEnd - row.position - 1),
      position: row.position,
      logEnd,
      epoch: row.epoch,
      // Host and pid; the third part only distinguishes one start from the next.
      owner: row.held ? (row.holder?.split(':').slice(0, 2).join(':') ?? null) : 'none',
    },
  };
}

/** Without Kafka no shard advances, and a projector that restarts takes none over: the outage is the cause of either. */
function outage(shards: ShardRow[], rows: HealthRow[]): [string, string] {
  const stalled = rows.filter(({ state }) => state !== 'ok').length;
  return [
    `Kafka does not answer: ${stalled} of ${counted(shards.length, 'shard')} store nothing new${oldestOf(shards)}`,
    'Agents spool and nothing is lost. See Services.',
  ];
}

function oldestOf(shards: ShardRow[]): string {
  const oldest = maxOf(shards.map((row) => row.stored_age_s));
  return oldest === null ? '' : `, the oldest stored up to ${spanText(oldest)} ago`;
}

function complaint(shards: ShardRow[], rows: HealthRow[], state: HealthState): [string, string] {
  const worst = rows.filter((row) => row.state === state);
  const unowned = shards.filter(({ held }) => !held).length;
  const age = oldestOf(shards);
  const aheadS = maxOf(shards.filter(({ held }) => !held).map(({ lease_ahead_s: s }) => s)) ?? 0;
  if (aheadS > 0) {
    return [
      `${unowned} of ${counted(shards.length, 'shard')} without a projector: leases end ${spanText(aheadS)} later than a lease may${age}`,
      'The clock of the telemetry database was set back, or another server took over whose clock is behind: check its clock. A projector ' +
        'takes such a shard over within seconds; if none does, check that one runs, and read its /readyz and its log.',
    ];
  }
  if (unowned > 0) {
    return [
      `${unowned} of ${counted(shards.length, 'shard')} without a projector${age}`,
      'Results wait in the log and nothing is lost. Check that a projector runs, and read its /readyz and its log.',
    ];
  }
  const behind = maxOf(worst.map(({ values }) => values['lagRecords'] as number | null));
  if (behind !== null && behind <= 1) {
    return [
      `${worst.length} of ${counted(shards.length, 'shard')} with nothing new in the log${age}`,
      'No ticks arrive: check that a worker runs and that Kafka accepts messages (Publishers, Services).',
    ];
  }
  return [
    `${worst.length} of ${counted(shards.length, 'shard')} behind the log${age}`,
    "Check the projector's log and CPU, and whether the telemetry database is slow or its disk is full.",
  ];
}
