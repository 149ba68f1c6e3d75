import { createKafka } from '../kafka-client';

/** Deletes every topic with a test's prefix. Refuses any other prefix. */
export async function removeTopics(brokers: string[], prefix: string): Promise<void> {
  if (!prefix.startsWith('test-')) throw new Error(`Refused: "${prefix}" is not the topic prefix of a test.`);
  const admin = createKafka({ brokers, topicPrefix: '', clientId: 'test' }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 30_000 });
  } finally {
    await admin.disconnect();
  }
}

/** Deletes a partition's records below `offset`, as retention would. */
export async function deleteRecords(
  brokers: string[],
  topic: string,
  partition: number,
  offset: number,
): Promise<void> {
  if (!topic.startsWith('test-')) throw new Error(`Refused: "${topic}" is not the topic of a test.`);
  const admin = createKafka({ brokers, topicPrefix: '', clientId: 'test' }).admin();
  await admin.connect();
  try {
    // kafkajs looks up the leader in metadata that only an earlier request loads.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  } finally {
    await admin.disconnect();
  }
}

/** Returns the partition counts of the topics with a prefix, by full name. */
export async function topicsOf(brokers: string[], prefix: string): Promise<Map<string, number>> {
  const admin = createKafka({ brokers, topicPrefix: '', clientId: 'test' }).admin();
  await admin.connect();
  try {
    const names = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  } finally {
    await admin.disconnect();
  }
}
