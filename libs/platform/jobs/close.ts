import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import type { Queue, Worker } from 'bullmq';

const logger = createLogger('jobs');

/** Maximum wait for an answer of Redis. */
const ANSWER_MS_MAX = 1_000;

/**
 * Closes a worker after its job in progress. If Redis does not answer, closes its connections immediately instead, because BullMQ would wait
 * for Redis forever; a job in progress then counts as stalled, and another worker repeats it.
 */
export async function closeWorker(worker: Worker): Promise<void> {
  await worker.close(!(await answers(worker)));
}

/** Closes a queue. If Redis does not answer, does not wait for pending commands and does not throw. */
export async function closeQueue(queue: Queue): Promise<void> {
  if (await answers(queue)) return queue.close();
  const { client } = queue.getBackend();
  // A client that is still connecting ends by itself (`RedisRetries`), together with the commands that wait for it.
  void client.then(
    (silent) => silent.status === 'ready' && silent.disconnect(),
    () => undefined,
  );
  // The connection is closed without a command to Redis.
  await queue
    .close()
    .catch((error: unknown) => logger.debug({ err: error, queue: queue.name }, 'queue closed without Redis'));
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
