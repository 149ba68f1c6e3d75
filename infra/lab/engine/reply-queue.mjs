/** @typedef {import('./engine.mjs').Reply} Reply */

/** Replies by the time at which they are due: a binary heap with a limit. */
export class ReplyQueue {
  /** @type {Reply[]} */ heap = [];
  dropped = 0;

  /** @param {number} sizeMax replies beyond it are dropped and counted */
  constructor(sizeMax) {
    this.sizeMax = sizeMax;
  }

  get size() {
    return this.heap.length;
  }

  /** Time at which the next reply is due, in ms; Infinity when there is none. */
  get nextDueMs() {
    return this.heap.length > 0 ? this.heap[0].dueMs : Infinity;
  }

  /** @param {Reply} reply */
  add(reply) {
    if (this.heap.length >= this.sizeMax) {
      this.dropped++;
      return;
    }
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].dueMs <= reply.dueMs) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = reply;
  }

  /** Removes and returns the next reply. @returns {Reply | undefined} */
  takeNext() {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].dueMs < heap[child].dueMs) child++;
      if (heap[child].dueMs >= last.dueMs) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
