/** @typedef {import('./engine.mjs').Reply} Reply */

/** A power of two: the counters wrap around. */
const SLOTS = 16_384;
const SLOT_BYTES = 1_536;
const DUE_BYTES = 8;
/** Offsets in the Int32Array of the control words. */
const WRITTEN = 0;
const READ = 1;
const CONTROL_BYTES = 64;

/** Memory of a ring, shared by the thread that reads packets and the one that writes replies. */
export const ringMemory = () => new SharedArrayBuffer(CONTROL_BYTES + SLOTS * (SLOT_BYTES + DUE_BYTES + 4));

/** Replies from one thread to another without a copy by messages: one writer, one reader. */
export class ReplyRing {
  /** @param {SharedArrayBuffer} memory of `ringMemory` */
  constructor(memory) {
    this.control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.due = new Float64Array(memory, CONTROL_BYTES, SLOTS);
    this.lengths = new Int32Array(memory, CONTROL_BYTES + SLOTS * DUE_BYTES, SLOTS);
    this.data = Buffer.from(memory, CONTROL_BYTES + SLOTS * (DUE_BYTES + 4), SLOTS * SLOT_BYTES);
  }

  /**
   * Returns false when the ring is full or the reply too long: it is lost, as in a full queue of a network card.
   * @param {Reply} reply
   */
  add({ dueMs, bytes }) {
    const written = Atomics.load(this.control, WRITTEN);
    if (((written - Atomics.load(this.control, READ)) | 0) >= SLOTS || bytes.length > SLOT_BYTES) return false;
    const slot = written & (SLOTS - 1);
    this.due[slot] = dueMs;
    this.lengths[slot] = bytes.length;
    bytes.copy(this.data, slot * SLOT_BYTES);
    Atomics.store(this.control, WRITTEN, (written + 1) | 0);
    Atomics.notify(this.control, WRITTEN);
    return true;
  }

  /**
   * Passes all waiting replies on, as copies.
   * @param {(reply: Reply) => void} receive
   */
  drain(receive) {
    const written = Atomics.load(this.control, WRITTEN);
    let read = Atomics.load(this.control, READ);
    for (; read !== written; read = (read + 1) | 0) {
      const slot = read & (SLOTS - 1);
      const start = slot * SLOT_BYTES;
      receive({ dueMs: this.due[slot], bytes: Buffer.from(this.data.subarray(start, start + this.lengths[slot])) });
    }
    Atomics.store(this.control, READ, read);
  }

  /**
   * Waits until a reply is added, at most `ms`. Blocks the thread.
   * @param {number} ms
   */
  waitForReply(ms) {
    Atomics.wait(this.control, WRITTEN, Atomics.load(this.control, READ), ms);
  }
}
