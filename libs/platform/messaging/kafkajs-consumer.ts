import type { Consumer, Kafka } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { bounded } from '@icmp-mon/platform/concurrency';

const MAX_WAIT_MS = 250;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** kafkajs decodes the response of one fetch in one turn of the event loop: about 100 ms for this many bytes of small messages. */
const FETCH_BYTES_MAX = 2 * 1024 * 1024;
export const DISCONNECT_MS_MAX = 5_000;
const logger = createLogger('messaging');

/** Creates a kafkajs consumer that fetches at most `FETCH_BYTES_MAX` at a time and does not restart itself. */
export function createConsumer(kafka: Kafka, groupId: string, sessionTimeoutMs: number): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
    rebalanceTimeout: 15_000,
    maxWaitTimeInMs: MAX_WAIT_MS,
    maxBytesPerPartition: PARTITION_BYTES_MAX,
    maxBytes: FETCH_BYTES_MAX,
    allowAutoTopicCreation: false,
    // A crash is handled by a new consumer (`GroupMembership`): kafkajs restarts only after some errors, and keeps stale state.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
  });
}

/** Disconnects; logs when that fails or takes longer than `DISCONNECT_MS_MAX`. */
export async function disconnect(consumer: Consumer): Promise<void> {
  const timedOut = (): Error => new Error(`disconnect took longer than ${DISCONNECT_MS_MAX} ms`);
  await bounded(consumer.disconnect(), DISCONNECT_MS_MAX, timedOut).catch((error: unknown) =>
    logger.warn({ err: error }, 'consumer did not disconnect cleanly'),
  );
}
