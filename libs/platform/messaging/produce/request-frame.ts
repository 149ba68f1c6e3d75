import Encoder from 'kafkajs/src/protocol/encoder.js';

/** Room for what kafkajs writes before a request: its size (4), kind (2), version (2), number (4), and the client's id with its length. */
export const FRAME_BYTES_MAX = 256;

/** Of an encoder whose bytes have room before them: the buffer that holds both, and where the bytes begin. */
interface Placed {
  whole: Buffer;
  from: number;
}

const placed = new WeakMap<Encoder, Placed>();

/** An encoder that holds the bytes of `whole` from `from` on; what kafkajs writes before them goes into the room before. */
export function encoderOf(whole: Buffer, from: number): Encoder {
  return place(new Encoder(1), { whole, from });
}

function place(encoder: Encoder, at: Placed): Encoder {
  encoder.buf = at.whole.subarray(at.from);
  encoder.offset = encoder.buf.length;
  placed.set(encoder, at);
  return encoder;
}

let replaced = false;

/**
 * kafkajs writes a request into a zeroed buffer behind its header, and both into another one behind their size. From now on a header is
 * written before the bytes of an `encoderOf`, where these are, if there is room. Throws if this kafkajs has no such method to replace.
 */
export function writeFramesInPlace(): void {
  if (replaced) return;
  const { prototype } = Encoder;
  const { writeEncoder } = prototype;
  if (typeof writeEncoder !== 'function') {
    throw new Error('kafkajs has changed: Encoder.writeEncoder is gone. Drop or adapt request-frame.ts.');
  }
  prototype.writeEncoder = function (this: Encoder, value: Encoder): Encoder {
    const after = placed.get(value);
    if (after === undefined || after.from < this.offset) return writeEncoder.call(this, value);
    const from = after.from - this.offset;
    this.buf.copy(after.whole, from, 0, this.offset);
    return place(this, { whole: after.whole, from });
  };
  replaced = true;
}
