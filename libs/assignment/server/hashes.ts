/** Number of different hashes. */
export const HASHES = 2 ** 32;
// Separates keys of targets from hashes of ids.
const KEY_SALT = 0x9e37_79b9;

/** Factors of the finaliser of MurmurHash3. */
export const MIX_FIRST = 0x85eb_ca6b;
export const MIX_SECOND = 0xc2b2_ae35;

/** The first step of `mix`. `fold(a ^ b)` is `fold(a) ^ fold(b)`, so that it is computed once per target and per agent, not for each pair. */
export function fold(value: number): number {
  return value ^ (value >>> 16);
}

/** The other steps of `mix`. */
export function mixFolded(folded: number): number {
  let hash = Math.imul(folded, MIX_FIRST);
  hash = Math.imul(hash ^ (hash >>> 13), MIX_SECOND);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Finaliser of MurmurHash3: each input bit changes about half of the output bits. Returns an unsigned 32-bit integer. */
export function mix(value: number): number {
  return mixFolded(fold(value));
}

/** FNV-1a, finished with `mix`, because ids created at the same time differ in few bits. */
export function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return mix(hash);
}

/** Returns the mixed key of a target: `mix(mixedKey ^ seed)` is the hash of the pair of this target and the agent with this seed. */
export function mixKey(targetKey: number): number {
  return mix(targetKey ^ KEY_SALT);
}

/** Returns the hash of a pair; `seed` is the hash of the agent's id. */
export function pairHash(targetKey: number, seed: number): number {
  return mix(mixKey(targetKey) ^ seed);
}
