import RequestQueue, { type RequestQueueState } from 'kafkajs/src/network/requestQueue/index.js';

const CHECK_PENDING_MS = 10;

/**
 * kafkajs 2.2.4 re-arms a timer of 0 ms after each check of its request queue, whether or not anything waits (its issue
 * 1704): an idle consumer burns 6 % of a core. A check is only needed while requests are pending: as long as the
 * broker throttles us, or until a request in flight makes room.
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

/** Replaces kafkajs's method for the whole process. Throws if this kafkajs has no such method to replace. */
export function mendRequestQueueTimer(): void {
  const prototype = RequestQueue.prototype;
  if (
    typeof prototype.scheduleCheckPendingRequests !== 'function' ||
    typeof prototype.checkPendingRequests !== 'function'
  ) {
    throw new Error(
      'kafkajs has changed: RequestQueue.scheduleCheckPendingRequests is gone. Look at its issue 1704 and drop or adapt request-queue-timer.ts.',
    );
  }
  prototype.scheduleCheckPendingRequests = scheduleOnlyWhenNeeded;
}
