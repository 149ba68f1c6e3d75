import { randomBytes } from 'node:crypto';
import { kafkaLoginEnvironment } from '@icmp-mon/infra/testing';
import { readKafkaSasl } from '@icmp-mon/platform/messaging';
import { removeTopics } from '@icmp-mon/platform/messaging/testing';
import { testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import pg from 'pg';

/** Returns unique databases and topics on the tests' services, as variables of `npm start`, and a function that removes them. */
export function givenServices(): { environment: Record<string, string>; remove: () => Promise<void> } {
  const { kafkaBrokers, databaseUrl, redisUrl } = testServices();
  const topicPrefix = testTopicPrefix();
  const names = ['control', 'telemetry'].map((kind) => `icmpmon_test_${kind}_${randomBytes(6).toString('hex')}`);
  const [controlUrl, telemetryUrl] = names.map((name) => Object.assign(new URL(databaseUrl), { pathname: name }).href);
  return {
    environment: {
      ICMPMON_KAFKA_BROKERS: kafkaBrokers.join(','),
      ...kafkaLoginEnvironment(readKafkaSasl()),
      ICMPMON_CONTROL_DATABASE_URL: controlUrl ?? '',
      ICMPMON_TELEMETRY_DATABASE_URL: telemetryUrl ?? '',
      ICMPMON_REDIS_URL: redisUrl,
      ICMPMON_TOPIC_PREFIX: topicPrefix,
    },
    async remove() {
      for (const name of names) await query(databaseUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await removeTopics(kafkaBrokers, topicPrefix);
    },
  };
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
