/** Instructions of WebAssembly as bytes, as far as the kernel of the shortlist needs them. */
export type Bytes = readonly number[];

const SIMD = 0xfd;
/** Vectors are aligned to 2 ** 4 bytes. */
const ALIGNED_16 = 4;
const NO_RESULT = 0x40;

export const TYPE = { i32: 0x7f, v128: 0x7b } as const;

export const end: Bytes = [0x0b];
export const localGet = (local: number): Bytes => [0x20, local];
export const localSet = (local: number): Bytes => [0x21, local];
export const localTee = (local: number): Bytes => [0x22, local];
export const branchIf = (depth: number): Bytes => [0x0d, depth];
export const loop: Bytes = [0x03, NO_RESULT];

export const i32 = {
  const: (value: number): Bytes => [0x41, ...signed(value)],
  lessUnsigned: [0x49],
  countBits: [0x69],
  add: [0x6a],
  shiftLeft: [0x74],
  shiftRight: [0x76],
} as const;

export const v128 = {
  load: (offset: number): Bytes => [SIMD, 0x00, ALIGNED_16, ...unsigned(offset)],
  /** A vector of four numbers. */
  const: (...lanes: readonly [number, number, number, number]): Bytes => [SIMD, 0x0c, ...lanes.flatMap(littleEndian)],
  /** To any address: the alignment is only a hint. */
  store: (offset: number): Bytes => [SIMD, 0x0b, ALIGNED_16, ...unsigned(offset)],
  xor: [SIMD, 0x51],
} as const;

export const i8x16 = { swizzle: [SIMD, 0x0e] } as const;

export const i32x4 = {
  splat: [SIMD, 0x11],
  greaterUnsigned: [SIMD, 0x3c],
  /** One bit for each number of a comparison. */
  bitmask: [SIMD, ...unsigned(0xa4)],
  shiftRight: [SIMD, ...unsigned(0xad)],
  add: [SIMD, ...unsigned(0xae)],
  multiply: [SIMD, ...unsigned(0xb5)],
} as const;

/** A function: how many parameters it has, the types of its further locals, and its instructions. All parameters and the result are `i32`. */
interface Program {
  params: number;
  locals: readonly number[];
  body: readonly Bytes[];
}

/** Returns a module that imports the memory `host.memory` and exports the function as `run`. */
export function moduleOf({ params, locals, body }: Program, pages: number): Uint8Array<ArrayBuffer> {
  const code = [locals.length, ...locals.flatMap((type) => [1, type]), ...body.flat(), ...end];
  return Uint8Array.from([
    ...[0x00, ...ascii('asm'), 1, 0, 0, 0],
    ...section(1, [1, 0x60, params, ...Array.from({ length: params }, () => TYPE.i32), 1, TYPE.i32]),
    ...section(2, [1, ...name('host'), ...name('memory'), 2, 0, ...unsigned(pages)]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('run'), 0, 0]),
    ...section(10, [1, ...sized(code)]),
  ]);
}

function section(id: number, content: Bytes): Bytes {
  return [id, ...sized(content)];
}

function sized(content: Bytes): Bytes {
  return [...unsigned(content.length), ...content];
}

function name(text: string): Bytes {
  return sized(ascii(text));
}

function ascii(text: string): Bytes {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function littleEndian(value: number): Bytes {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

/** LEB128: seven bits per byte, the lowest first; the eighth bit announces a further byte. */
function unsigned(value: number): Bytes {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** The same with a sign, which is the bit below the eighth one of the last byte. */
function signed(value: number): Bytes {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
