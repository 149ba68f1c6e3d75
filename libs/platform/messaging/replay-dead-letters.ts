import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { DomainError } from '@icmp-mon/platform/errors';
import type { ClusterAdmin } from './cluster-admin';
import { DEAD_LETTER_SUFFIX, replayOf } from './dead-letters';
import { type OutgoingMessage, receivedMessage } from './message';
import type { LogBounds } from './messaging-errors';
import { PartitionedConsumer } from './partitioned-consumer';

export interface ReplayAccess {
  kafka: Kafka;
  admin: ClusterAdmin;
  fullName: (logical: string) => string;
  send: (logicalTopic: string, messages: OutgoingMessage[]) => Promise<void>;
}

const SESSION_TIMEOUT_MS = 30_000;
const BATCH_MAX = 100;

/**
 * Sends the dead letters of a topic back to it, each to its partition and for its group alone, and deletes them. Those that
 * fail again come back as new ones. At least once: an interrupted replay repeats. Returns how many were sent.
 */
export async function replayDeadLetters(access: ReplayAccess, logicalTopic: string): Promise<number> {
  const logical = `${logicalTopic}${DEAD_LETTER_SUFFIX}`;
  const topic = access.fullName(logical);
  const count = await access.admin.partitionCount(topic);
  if (count === 0) throw new DomainError('not_found', `There is no topic ${topic}.`);
  const consumer = new PartitionedConsumer(access.kafka, {
    groupId: () => `${topic}.replay.${randomUUID()}`,
    topics: [topic],
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    onJoined: () => undefined,
    bounds: (name, partition) => access.admin.bounds(name, partition),
    onOutOfBounds: (stream, bounds) => stream.restartAt(bounds.low),
  });
  consumer.start();
  try {
    let replayed = 0;
    for (let partition = 0; partition < count; partition++) {
      const bounds = await access.admin.bounds(topic, partition);
      if (bounds.low === bounds.high) continue;
      replayed += await replayPartition(access, consumer, { logicalTopic, logical, topic, partition, bounds });
      await access.admin.deleteBelow(topic, partition, bounds.high);
    }
    return replayed;
  } finally {
    await consumer.stop();
  }
}

interface ReplayedPartition {
  logicalTopic: string;
  logical: string;
  topic: string;
  partition: number;
  bounds: LogBounds;
}

async function replayPartition(
  access: ReplayAccess,
  consumer: PartitionedConsumer,
  what: ReplayedPartition,
): Promise<number> {
  const { topic, partition, bounds } = what;
  let replayed = 0;
  await new Promise<void>((resolve, reject) => {
    consumer.begin(topic, partition, bounds.low, {
      batchMax: BATCH_MAX,
      handle: async (messages) => {
        const letters = messages
          .filter(({ offset }) => Number(offset) < bounds.high)
          .map((message) => receivedMessage(message, what.logical, partition));
        await access.send(what.logicalTopic, letters.map(replayOf));
        replayed += letters.length;
        if (Number(messages.at(-1)?.offset) >= bounds.high - 1) resolve();
      },
      failed: reject,
    });
  });
  await consumer.end(topic, partition);
  return replayed;
}
