import { MIX_FIRST, MIX_SECOND } from '../hashes';
import {
  branchIf,
  type Bytes,
  end,
  i32,
  i32x4,
  i8x16,
  localGet,
  localSet,
  localTee,
  loop,
  moduleOf,
  TYPE,
  v128,
} from './instructions';

const VECTOR_BYTES = 16;
const LANES = 4;
const AGENTS_MAX = 16_384;
/** A column has space for four further numbers. Not a multiple of 4 KiB, so that the columns do not compete for the same lines of the cache. */
const COLUMN_BYTES = AGENTS_MAX * 4 + 1_024;

/** Where the kernel reads and writes, in bytes. Columns have one 32-bit number per agent. */
export const LAYOUT = {
  seeds: 0,
  limits: COLUMN_BYTES,
  widerLimits: 2 * COLUMN_BYTES,
  /** Result: indexes of the agents that pass; hashes of all agents. */
  agents: 3 * COLUMN_BYTES,
  hashes: 4 * COLUMN_BYTES,
  /** For each of the 16 outcomes of four comparisons, the order of bytes that moves the numbers that pass to the front. */
  orders: 5 * COLUMN_BYTES,
  /** Size of the memory, in pages of 64 KiB. */
  pages: 6,
  agentsMax: AGENTS_MAX,
} as const;

/** Orders of bytes for `LAYOUT.orders`. */
export function byteOrders(): Uint8Array {
  const orders = new Uint8Array(16 * VECTOR_BYTES);
  for (let outcome = 0; outcome < 16; outcome++) {
    const passing = [0, 1, 2, 3].filter((lane) => ((outcome >>> lane) & 1) === 1);
    orders.set(
      passing.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * LANES + byte)),
      outcome * VECTOR_BYTES,
    );
  }
  return orders;
}

/** Parameters: the folded key of the target, where the seeds end, and where the limits begin, in bytes. */
const [KEY, END, LIMITS] = [0, 1, 2];
/** Offsets in bytes of the current four agents, and of the next result; which of the four pass, as bits. */
const [AT, OUT, OUTCOME] = [3, 4, 5];
/** Vectors: the folded key four times, and hashes and indexes of the current four agents. */
const [KEYS, HASH, AGENTS] = [6, 7, 8];
const LOCALS = [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.v128, TYPE.v128, TYPE.v128];

/**
 * `shortlistPlain` as a program of WebAssembly that hashes four agents per step, with no branch, because which agents pass cannot be
 * predicted. Returns the number of agents that pass.
 */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const body: Bytes[] = [
    // KEYS = KEY, four times; AGENTS = 0, 1, 2, 3
    ...[localGet(KEY), i32x4.splat, localSet(KEYS), v128.const(0, 1, 2, 3), localSet(AGENTS)],
    loop,
    // HASH = mixFolded(KEYS ^ seeds)
    ...[localGet(KEYS), localGet(AT), v128.load(LAYOUT.seeds), v128.xor, ...timesFactor(MIX_FIRST), localSet(HASH)],
    ...[...xorShifted(13), ...timesFactor(MIX_SECOND), localSet(HASH)],
    ...[...xorShifted(16), localSet(HASH)],
    // hashes = HASH
    ...[localGet(AT), localGet(HASH), v128.store(LAYOUT.hashes)],
    // OUTCOME = HASH > limits
    ...[localGet(HASH), localGet(AT), localGet(LIMITS), i32.add, v128.load(0)],
    ...[i32x4.greaterUnsigned, i32x4.bitmask, localSet(OUTCOME)],
    // agents = those of AGENTS that pass, moved to the front by an order of bytes; OUT moves behind them
    ...[localGet(OUT), localGet(AGENTS), localGet(OUTCOME), i32.const(4), i32.shiftLeft, v128.load(LAYOUT.orders)],
    ...[i8x16.swizzle, v128.store(LAYOUT.agents)],
    ...[localGet(OUT), localGet(OUTCOME), i32.countBits, i32.const(2), i32.shiftLeft, i32.add, localSet(OUT)],
    // the next four, unless AT reached END
    ...[localGet(AGENTS), v128.const(LANES, LANES, LANES, LANES), i32x4.add, localSet(AGENTS)],
    ...[localGet(AT), i32.const(VECTOR_BYTES), i32.add, localTee(AT), localGet(END), i32.lessUnsigned, branchIf(0)],
    end,
    // return OUT / 4
    ...[localGet(OUT), i32.const(2), i32.shiftRight],
  ];
  return moduleOf({ params: 3, locals: LOCALS, body }, LAYOUT.pages);
}

/** HASH ^ (HASH >>> bits) */
function xorShifted(bits: number): Bytes[] {
  return [localGet(HASH), localGet(HASH), i32.const(bits), i32x4.shiftRight, v128.xor];
}

function timesFactor(factor: number): Bytes[] {
  return [v128.const(factor, factor, factor, factor), i32x4.multiply];
}
