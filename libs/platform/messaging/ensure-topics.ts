import type { ITopicConfig } from 'kafkajs';
import { BackOff } from '@icmp-mon/platform/concurrency';
import type { ClusterAdmin } from './cluster-admin';
import { letBrokersDate } from './dated-by-brokers';
import type { TopicDefinition } from './topics';

const ATTEMPTS_MAX = 12;
const CREATE_MS_MAX = 30_000;

/**
 * Creates missing topics. Existing topics keep their configuration, except that brokers set the timestamps (`letBrokersDate`).
 * @throws Error when an existing topic has another number of partitions: keys and shards would be in other partitions than readers expect
 */
export async function ensureTopics(
  admin: ClusterAdmin,
  nameOf: (logical: string) => string,
  definitions: TopicDefinition[],
  replicas?: number,
): Promise<void> {
  const backOff = new BackOff({ firstMs: 50, maxMs: 3_000 });
  let lastError: unknown;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const existing = new Set(await admin.runRequest((client) => client.listTopics()));
    const missing = definitions.filter(({ logical }) => !existing.has(nameOf(logical)));
    if (missing.length === 0) {
      await checkPartitions(admin, nameOf, definitions);
      return letBrokersDate(
        admin,
        definitions.map(({ logical }) => nameOf(logical)),
      );
    }
    // kafkajs may report UNKNOWN_TOPIC after creating some topics, and another process may create the same ones at the same time. The next
    // round therefore checks which topics exist.
    lastError = await create(
      admin,
      missing.map((definition) => topicConfig(nameOf(definition.logical), definition, replicas)),
    );
    // Waits also after success: brokers list new topics with a short delay.
    await backOff.waitAfterFailure();
  }
  throw new Error(`topics could not be created in ${ATTEMPTS_MAX} attempts`, { cause: lastError });
}

async function create(admin: ClusterAdmin, topics: ITopicConfig[]): Promise<unknown> {
  try {
    await admin.runRequest(
      (client) => client.createTopics({ topics, waitForLeaders: true, timeout: 10_000 }),
      CREATE_MS_MAX,
    );
    return null;
  } catch (error) {
    return error;
  }
}

function topicConfig(topic: string, definition: TopicDefinition, replicas: number | undefined): ITopicConfig {
  return {
    topic,
    numPartitions: definition.partitions,
    replicationFactor: replicas ?? definition.replicas,
    configEntries: Object.entries(definition.configuration).map(([name, value]) => ({ name, value })),
  };
}

async function checkPartitions(
  admin: ClusterAdmin,
  nameOf: (logical: string) => string,
  definitions: TopicDefinition[],
): Promise<void> {
  const { topics } = await admin.runRequest((client) =>
    client.fetchTopicMetadata({ topics: definitions.map(({ logical }) => nameOf(logical)) }),
  );
  const wrong = definitions.flatMap((definition) => {
    const found = topics.find(({ name }) => name === nameOf(definition.logical))?.partitions.length;
    return found === definition.partitions
      ? []
      : [`${nameOf(definition.logical)} has ${found ?? 0} partitions, expected ${definition.partitions}`];
  });
  if (wrong.length === 0) return;
  throw new Error(
    `${wrong.join('; ')}. The number of shards cannot change after installation: set ICMPMON_SHARD_COUNT to the number ` +
      'of partitions of the topic, or use another ICMPMON_TOPIC_PREFIX with empty databases.',
  );
}
