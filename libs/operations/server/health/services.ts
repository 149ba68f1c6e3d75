import type { HealthRow } from '@icmp-mon/operations/contract';
import { ofRows } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** What the product stands on: both databases, Kafka, Redis. */
export const SERVICES_PART: PartReader = {
  id: 'services',
  title: 'Services',
  runbook: 'runbooks/health.md#services',
  isVital: true,
  labels: ['service'],
  columns: [
    { key: 'service', title: 'Service', unit: 'text' },
    { key: 'answer', title: 'Answer', unit: 'text' },
    {
      key: 'answerS',
      title: 'Took',
      unit: 'seconds',
      metric: { name: 'icmpmon_service_answer_seconds', help: 'How long a service took to answer a simple question.' },
    },
  ],
  async read(look): Promise<PartReading> {
    const { control, telemetry, kafka, pingRedis } = look;
    const rows = await Promise.all([
      ask('control database', async () => versionOf(await control.query<ServerVersion>(VERSION))),
      ask('telemetry database', async () => versionOf(await telemetry.query<ServerVersion>(VERSION))),
      ask('Kafka', async () => `${(await kafka.bounds()).size} topics`),
      ...(pingRedis === undefined ? [] : [ask('Redis', async () => String(await pingRedis()))]),
    ]);
    const silent = rows.filter(({ state }) => state !== 'ok').map(({ values }) => values['service']);
    // Nothing that cannot be lost is in Redis.
    const isOnlyRedis = silent.every((service) => service === 'Redis');
    const reading = ofRows(rows, 'All answer', () => [
      `Not answering: ${silent.join(', ')}`,
      isOnlyRedis
        ? 'Live graphs are up to 5 s late and housekeeping waits; nothing is lost. See that Redis runs and has room.'
        : 'Agents spool and nothing is lost. See that it runs and has room; docs/operations.md, "When something dies".',
    ]);
    if (silent.length > 0 && isOnlyRedis) reading.state = 'attention';
    return reading;
  },
};

interface ServerVersion {
  version: string;
  timescale: string | null;
}

const VERSION = `SELECT current_setting('server_version') AS version,
  (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale`;

function versionOf([row]: ServerVersion[]): string {
  return `PostgreSQL ${row?.version}${row?.timescale ? `, TimescaleDB ${row.timescale}` : ''}`;
}

async function ask(service: string, question: () => Promise<string>): Promise<HealthRow> {
  const startedMs = performance.now();
  try {
    const answer = await question();
    return { state: 'ok', values: { service, answer, answerS: (performance.now() - startedMs) / 1_000 } };
  } catch (error) {
    return { state: 'bad', values: { service, answer: reasonOf(error), answerS: null } };
  }
}

/** What the client of Redis reports while it has no connection, in its own terms. */
const NO_CONNECTION = /max retries per request|enableOfflineQueue/;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return NO_CONNECTION.test(reason) ? 'no connection' : reason;
}
