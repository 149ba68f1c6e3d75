const SLAB_BYTES = 1024 * 1024;
/** Larger bodies have memory of their own. */
const SHARED_BYTES_MAX = SLAB_BYTES / 4;
/** Slabs that are kept while nothing is in them: what a busy gateway fills between two acknowledgements. */
const SPARE_SLABS_MAX = 4;

interface Slab {
  readonly memory: Buffer;
  usedBytes: number;
  /** Pieces that were not given back. */
  pieces: number;
}

/** Memory for one body. */
export interface BodyMemory {
  readonly bytes: Buffer;
  /** For a body that nothing reads any more. One that is not given back is left to the garbage collector, with its slab. */
  giveBack(): void;
}

/**
 * Cuts the memory of bodies from slabs, which are used again once all that was in them was given back: mapping memory for each body costs
 * more than reading it, and what is outside of the heap makes the garbage collector run.
 */
export class BodySlabs {
  private current = emptySlab(Buffer.allocUnsafeSlow(SLAB_BYTES));
  private readonly spare: Buffer[] = [];

  /** Memory with arbitrary content. */
  take(bytes: number): BodyMemory {
    if (bytes > SHARED_BYTES_MAX) return { bytes: Buffer.allocUnsafeSlow(bytes), giveBack: () => undefined };
    if (this.current.usedBytes + bytes > SLAB_BYTES) this.current = this.nextSlab();
    const slab = this.current;
    const from = slab.usedBytes;
    slab.usedBytes += bytes;
    slab.pieces += 1;
    let isHeld = true;
    return {
      bytes: slab.memory.subarray(from, from + bytes),
      giveBack: () => {
        if (isHeld) this.giveBack(slab);
        isHeld = false;
      },
    };
  }

  private giveBack(slab: Slab): void {
    slab.pieces -= 1;
    if (slab.pieces > 0) return;
    if (slab === this.current) slab.usedBytes = 0;
    else if (this.spare.length < SPARE_SLABS_MAX) this.spare.push(slab.memory);
  }

  private nextSlab(): Slab {
    return emptySlab(this.spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES));
  }
}

const emptySlab = (memory: Buffer): Slab => ({ memory, usedBytes: 0, pieces: 0 });
