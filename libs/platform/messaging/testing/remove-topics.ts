import kafkajs from 'kafkajs';

/** Deletes every topic and group under a test's prefix. Refuses any other prefix. */
export async function removeTopics(brokers: string[], prefix: string): Promise<void> {
  if (!prefix.startsWith('test-')) throw new Error(`Refused: "${prefix}" is not the topic prefix of a test.`);
  const admin = new kafkajs.Kafka({ brokers, clientId: 'test', logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 30_000 });
  } finally {
    await admin.disconnect();
  }
}
