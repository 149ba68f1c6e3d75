import type { OutgoingMessage } from '../message';
import { createKafka } from '../kafka-client';

const MESSAGES_PER_SEND = 500;
const TRANSACTION_MS_MAX = 600_000;

/**
 * Fills a topic in one transaction, so that consumers see all messages at the same moment: when `commit` is called.
 * Refuses a topic that does not belong to a test.
 */
export async function sendAtOnce(
  brokers: string[],
  topic: string,
  batches: Iterable<OutgoingMessage[]>,
): Promise<{ commit(): Promise<void> }> {
  if (!topic.startsWith('test-')) throw new Error(`Refused: "${topic}" is not the topic of a test.`);
  const producer = createKafka({ brokers, topicPrefix: '', clientId: 'fill' }).producer({
    transactionalId: `${topic}.fill`,
    maxInFlightRequests: 1,
    idempotent: true,
    transactionTimeout: TRANSACTION_MS_MAX,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  for (const messages of batches) {
    for (let at = 0; at < messages.length; at += MESSAGES_PER_SEND) {
      const some = messages.slice(at, at + MESSAGES_PER_SEND).map(({ key, value, partition }) => ({
        key,
        value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        ...(partition === undefined ? {} : { partition }),
      }));
      await transaction.send({ topic, messages: some, acks: -1 });
    }
  }
  return {
    async commit() {
      await transaction.commit();
      await producer.disconnect();
    },
  };
}
