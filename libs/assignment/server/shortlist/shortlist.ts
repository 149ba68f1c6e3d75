import { fold, mixFolded, mixKey } from '../hashes';
import { byteOrders, kernelModule, LAYOUT } from './kernel';

/** The part of WebAssembly that is used here; the types of Node do not declare it. */
declare const WebAssembly: {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: { run: Shortlist } };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
};

type Shortlist = (foldedKey: number, endBytes: number, limitsBytes: number) => number;

/** Agents to select from, by index. */
export interface ShortlistAgents {
  seeds: Int32Array;
  /** Hash that each agent's must exceed to pass, and further ones, for a second look. */
  limits: Uint32Array;
  widerLimits: Uint32Array;
}

/** No hash exceeds it. */
export const NEVER = 2 ** 32 - 1;
export const SHORTLIST_AGENTS_MAX = LAYOUT.agentsMax;

const memory = new WebAssembly.Memory({ initial: LAYOUT.pages });
const int32 = new Int32Array(memory.buffer);
const uint32 = new Uint32Array(memory.buffer);
new Uint8Array(memory.buffer).set(byteOrders(), LAYOUT.orders);

/** Result of the last shortlist: indexes of the agents that pass, ascending, and the hashes of agents, by index. */
export const passing = {
  agents: new Int32Array(memory.buffer, LAYOUT.agents, LAYOUT.agentsMax),
  hashes: new Uint32Array(memory.buffer, LAYOUT.hashes, LAYOUT.agentsMax),
};

/** Computes the same as the kernel; used on processors without vectors of 128 bits. */
export const shortlistPlain: Shortlist = (foldedKey, endBytes, limitsBytes) => {
  let found = 0;
  for (let at = 0; at < endBytes / 4; at++) {
    const hash = mixFolded(foldedKey ^ int32[at]);
    passing.hashes[at] = hash;
    if (hash > uint32[at + limitsBytes / 4]) passing.agents[found++] = at;
  }
  return found;
};

const run = instantiate(kernelModule()) ?? shortlistPlain;

/** Agents in the memory of the kernel: a pool is copied when another one was used before. */
let loaded: ShortlistAgents | undefined;
let endBytes = 0;

/** Collects in `passing` the agents whose hash for the target exceeds their limit; returns how many. */
export function shortlist(targetKey: number, agents: ShortlistAgents, isWider: boolean): number {
  if (loaded !== agents) load(agents);
  return run(fold(mixKey(targetKey)), endBytes, isWider ? LAYOUT.widerLimits : LAYOUT.limits);
}

function load(agents: ShortlistAgents): void {
  const { seeds, limits, widerLimits } = agents;
  // Four agents per step: further places have limits that no hash exceeds.
  endBytes = Math.max(1, Math.ceil(seeds.length / 4)) * 16;
  for (const at of [LAYOUT.limits, LAYOUT.widerLimits]) uint32.fill(NEVER, at / 4, (at + endBytes) / 4);
  for (let at = 0; at < seeds.length; at++) int32[at] = fold(seeds[at]);
  uint32.set(limits, LAYOUT.limits / 4);
  uint32.set(widerLimits, LAYOUT.widerLimits / 4);
  loaded = agents;
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): Shortlist | null {
  if (!WebAssembly.validate(bytes)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } }).exports.run;
}
