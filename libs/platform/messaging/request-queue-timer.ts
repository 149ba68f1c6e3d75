import RequestQueue, { type RequestQueueState } from 'kafkajs/src/network/requestQueue/index.js';

const CHECK_PENDING_MS = 10;

/**
 * Schedules a check of the request queue only if requests are pending. kafkajs 2.2.4 re-arms a timer of 0 ms after every check (its issue
 * 1704), so an idle consumer uses 6 % of a CPU core. A check is needed only while requests wait for the end of throttling by the broker, or
 * for the end of a request in flight.
 */
function scheduleOnlyWhenNeeded(this: RequestQueueState): void {
  if (this.throttleCheckTimeoutId) return;
  const throttledMs = this.throttledUntil - Date.now();
  if (this.pending.length === 0 && throttledMs <= 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : CHECK_PENDING_MS,
  );
}

/**
 * Replaces kafkajs's method for the whole process.
 * @throws Error if this version of kafkajs does not have that method
 */
export function mendRequestQueueTimer(): void {
  const prototype = RequestQueue.prototype;
  if (
    typeof prototype.scheduleCheckPendingRequests !== 'function' ||
    typeof prototype.checkPendingRequests !== 'function'
  ) {
    throw new Error(
      'kafkajs has changed: RequestQueue.scheduleCheckPendingRequests does not exist. Read its issue 1704, then remove or adapt request-queue-timer.ts.',
    );
  }
  prototype.scheduleCheckPendingRequests = scheduleOnlyWhenNeeded;
}
