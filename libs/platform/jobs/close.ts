import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import type { Queue, Worker } from 'bullmq';

const logger = createLogger('jobs');

/** A Redis that does not answer within this time is not waited for. */
const ANSWER_MS_MAX = 1_000;

/**
 * Ends a worker after its job in progress. While Redis does not answer, its connections are cut instead, because BullMQ would wait for Redis without
 * end; a job in progress then counts as stalled, and another worker repeats it.
 */
export async function closeWorker(worker: Worker): Promise<void> {
  await worker.close(!(await answers(worker)));
}

/** Ends a queue; while Redis does not answer, without waiting for what was asked of it. Never throws then. */
export async function closeQueue(queue: Queue): Promise<void> {
  if (await answers(queue)) return queue.close();
  const { client } = queue.getBackend();
  // One that tries to connect ends by itself (`RedisRetries`), and with it what waits for it.
  void client.then(
    (silent) => silent.status === 'ready' && silent.disconnect(),
    () => undefined,
  );
  // Redis receives nothing of the end; the connection is cut.
  await queue.close().catch((error: unknown) => logger.debug({ err: error, queue: queue.name }, 'ended without Redis'));
  void client.then(
    (closed) => closed.disconnect(),
    () => undefined,
  );
}

async function answers(base: Queue | Worker): Promise<boolean> {
  let isThere = false;
  const answer = base
    .getBackend()
    .client.then((connected) => connected.info())
    .then(() => (isThere = true));
  await settlesWithin(answer, ANSWER_MS_MAX);
  return isThere;
}
