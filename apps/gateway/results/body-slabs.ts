const SLAB_BYTES = 1024 * 1024;
/** Larger bodies get memory of their own. */
const SHARED_BYTES_MAX = SLAB_BYTES / 4;
/** Empty slabs that are kept for reuse: about what a busy gateway fills between two acknowledgements. */
const SPARE_SLABS_MAX = 4;

interface Slab {
  readonly memory: Buffer;
  usedBytes: number;
  /** Number of pieces not yet given back. */
  pieces: number;
}

/** Memory for one body. */
export interface BodyMemory {
  readonly bytes: Buffer;
  /** Gives back memory that is no longer read. Without this call the garbage collector frees it together with its slab. */
  giveBack(): void;
}

/**
 * Allocates bodies from slabs, which are reused once all their pieces were given back: allocating memory per body costs more than
 * reading it, and off-heap memory triggers the garbage collector.
 */
export class BodySlabs {
  private current = emptySlab(Buffer.allocUnsafeSlow(SLAB_BYTES));
  private readonly spare: Buffer[] = [];

  /** Returns memory with arbitrary content. */
  takeMemory(bytes: number): BodyMemory {
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
