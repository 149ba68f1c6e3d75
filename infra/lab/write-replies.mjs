// Thread of simulate-internet.mjs: writes each reply to the TUN device when it is due.
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ReplyQueue } from './engine/reply-queue.mjs';
import { ReplyRing } from './engine/reply-ring.mjs';

const TUN_FD = 3;
const WAITING_MAX = 200_000;
/** Words of the shared memory: number of written replies, longest and total delay behind their time in µs. */
const WRITTEN = 9;

const words = new Float64Array(workerData.shared);
const ring = new ReplyRing(workerData.ring);
const queue = new ReplyQueue(WAITING_MAX);
// Both threads compute wall-clock time from the same monotonic clock; an offset to it is constant.
const nowMs = () => performance.timeOrigin + performance.now();

parentPort?.postMessage('ready');
for (;;) {
  ring.drain((reply) => queue.add(reply));
  const waitMs = queue.nextDueMs - nowMs();
  if (waitMs > 0) {
    ring.waitForReply(waitMs);
    continue;
  }
  const reply = queue.takeNext();
  if (reply === undefined) continue;
  writeSync(TUN_FD, reply.bytes);
  const lateUs = (nowMs() - reply.dueMs) * 1_000;
  words[WRITTEN]++;
  words[WRITTEN + 1] = Math.max(words[WRITTEN + 1], Math.round(lateUs));
  words[WRITTEN + 2] += lateUs;
}
