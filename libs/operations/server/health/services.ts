import type { HealthRow } from '@icmp-mon/operations/contract';
import { bounded } from '@icmp-mon/platform/concurrency';
import { ofRows } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** The services that the product depends on: both databases, Kafka, Redis. */
export const SERVICES_PART: PartReader = {
  id: 'services',
  title: 'Services',
  runbook: 'runbooks/health.md#services',
  isVital: true,
  labels: ['service'],
  columns: [
    { key: 'service', title: 'Service', unit: 'text' },
    { key: 'answer', title: 'Response', unit: 'text' },
    {
      key: 'answerS',
      title: 'Response time',
      unit: 'seconds',
      metric: { name: 'icmpmon_service_answer_seconds', help: 'Response time of a service to a simple request.' },
    },
  ],
  async readPart(look): Promise<PartReading> {
    const { control, telemetry, kafka, pingRedis } = look;
    const rows = await Promise.all([
      ask('control database', async () => versionOf(await control.query<ServerVersion>(VERSION))),
      ask('telemetry database', async () => versionOf(await telemetry.query<ServerVersion>(VERSION))),
      ask('Kafka', async () => `${(await kafka.topicBounds()).size} topics`),
      ...(pingRedis === undefined ? [] : [ask('Redis', async () => String(await pingRedis()))]),
    ]);
    const silent = rows.filter(({ state }) => state !== 'ok').map(({ values }) => values['service']);
    // Everything in Redis can be lost.
    const isOnlyRedis = silent.every((service) => service === 'Redis');
    const reading = ofRows(rows, 'All services respond', () => [
      `Not responding: ${silent.join(', ')}`,
      isOnlyRedis
        ? 'Live graphs are up to 5 s late and housekeeping waits; nothing is lost. Check that Redis runs and has free memory.'
        : 'Agents spool and nothing is lost. Check that it runs and has free space; see docs/operations.md, "When something fails".',
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

/** Timeout of one service, ms; shorter than that of the part, so that the part names the service that hangs. */
const ANSWER_MS_MAX = 4_000;

async function ask(service: string, question: () => Promise<string>): Promise<HealthRow> {
  const startedMs = performance.now();
  try {
    const answer = await bounded(question(), ANSWER_MS_MAX, () => new Error(`no answer within ${ANSWER_MS_MAX} ms`));
    return { state: 'ok', values: { service, answer, answerS: (performance.now() - startedMs) / 1_000 } };
  } catch (error) {
    return { state: 'bad', values: { service, answer: reasonOf(error), answerS: null } };
  }
}

/** Error messages of the Redis client while it has no connection. */
const NO_CONNECTION = /max retries per request|enableOfflineQueue/;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return NO_CONNECTION.test(reason) ? 'no connection' : reason;
}
