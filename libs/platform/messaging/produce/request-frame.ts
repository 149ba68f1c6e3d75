import Encoder from 'kafkajs/src/protocol/encoder.js';

/** Room for the frame header of kafkajs before a request: size (4), API key (2), version (2), correlation id (4), client id with its length. */
export const FRAME_BYTES_MAX = 256;

/** For an encoder whose bytes have room before them: the whole buffer, and the position where the bytes begin. */
interface Placed {
  whole: Buffer;
  from: number;
}

const placed = new WeakMap<Encoder, Placed>();

/** Returns an encoder that contains the bytes of `whole` from `from` on. kafkajs then writes the frame header into the room before them. */
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
 * Makes kafkajs write the frame header into the room before the bytes of an `encoderOf`, if it fits. Without it, kafkajs copies a request
 * into a new buffer behind its header, and both into another buffer behind their size.
 * @throws Error if this version of kafkajs does not have the method that is replaced
 */
export function writeFramesInPlace(): void {
  if (replaced) return;
  const { prototype } = Encoder;
  const { writeEncoder } = prototype;
  if (typeof writeEncoder !== 'function') {
    throw new Error('kafkajs has changed: Encoder.writeEncoder does not exist. Remove or adapt request-frame.ts.');
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
