/** A target as the schedule of traces needs it. */
export interface TraceTarget {
  key: number;
  ip: string;
  /** Number of the check by whose results the target is judged. */
  check: number;
  /** Misses in a row with which it is bad. */
  missesToFail: number;
}

const FIRST_SLOTS = 256;
/** Loss: 5 misses in 20 results, which a usual loss of 0.5 % causes once in 10 million times. */
const LOSS_WINDOW = 0xfffff;
const LOSS_MISSES_MIN = 5;
/** A bad target is good again when it replies and at most this many of the 20 results are missing. */
const GOOD_MISSES_MAX = 1;
const BYTE_MAX = 255;

const BAD = 1;
const ANSWERING = 2;
/** It has replied to this agent: only then can it go bad. */
const REPLIED = 4;

/** State of all targets by slot, in typed arrays: some 30 bytes per target, and the map of their keys. */
export class TraceTargets {
  private readonly slots = new Map<number, number>();
  private readonly free: number[] = [];
  /** Empty in a free slot. */
  private readonly ips: string[] = [];
  private keys = new Uint32Array(FIRST_SLOTS);
  private checks = new Uint16Array(FIRST_SLOTS);
  private missesToFail = new Uint8Array(FIRST_SLOTS);
  private flags = new Uint8Array(FIRST_SLOTS);
  private misses = new Uint8Array(FIRST_SLOTS);
  /** The last results, the newest in the lowest bit; 1 is a miss. */
  private results = new Uint32Array(FIRST_SLOTS);
  private generations = new Uint32Array(FIRST_SLOTS);
  private dailyAtS = new Uint32Array(FIRST_SLOTS);
  private badAtS = new Uint32Array(FIRST_SLOTS);
  private generation = 0;
  /** Number of targets whose last result is a reply. */
  answering = 0;

  /** Number of slots, free ones included. */
  get slotCount(): number {
    return this.ips.length;
  }

  get size(): number {
    return this.slots.size;
  }

  /** Replaces all targets; one with the same key and address keeps its state. `dailyAtS` is when a new one counts as traced. */
  replaceTargets(targets: Iterable<TraceTarget>, dailyAtS: number, onRemoved: (slot: number) => void): void {
    this.generation++;
    for (const target of targets) {
      const known = this.slots.get(target.key);
      if (known !== undefined && this.ips[known] !== target.ip) this.removeSlot(known, onRemoved);
      const slot = this.slots.get(target.key) ?? this.addTarget(target, dailyAtS);
      this.checks[slot] = target.check;
      this.missesToFail[slot] = Math.min(BYTE_MAX, Math.max(1, target.missesToFail));
      this.generations[slot] = this.generation;
    }
    for (const slot of this.slots.values()) {
      if (this.generations[slot] !== this.generation) this.removeSlot(slot, onRemoved);
    }
  }

  /** Records a result that is believed. Returns the slot of a target that went bad or became good by it; null otherwise. */
  recordResult(key: number, check: number, isMiss: boolean): { slot: number; isBad: boolean } | null {
    const slot = this.slots.get(key);
    if (slot === undefined || this.checks[slot] !== check) return null;
    const misses = isMiss ? Math.min(BYTE_MAX, this.at(this.misses, slot) + 1) : 0;
    this.misses[slot] = misses;
    const results = ((this.at(this.results, slot) << 1) | (isMiss ? 1 : 0)) >>> 0;
    this.results[slot] = results;
    const flags = this.at(this.flags, slot);
    const wasBad = (flags & BAD) !== 0;
    const lost = onesOf(results & LOSS_WINDOW);
    const fails = misses >= this.at(this.missesToFail, slot) || lost >= LOSS_MISSES_MIN;
    const isBad = wasBad ? isMiss || lost > GOOD_MISSES_MAX : fails && (flags & REPLIED) !== 0;
    this.answering += (isMiss ? 0 : 1) - ((flags & ANSWERING) === 0 ? 0 : 1);
    this.flags[slot] = (flags & REPLIED) | (isMiss ? 0 : ANSWERING | REPLIED) | (isBad ? BAD : 0);
    return isBad === wasBad ? null : { slot, isBad };
  }

  /** Returns the slot of a target that still has this address; undefined otherwise. */
  slotOf(key: number, ip: string): number | undefined {
    const slot = this.slots.get(key);
    return slot !== undefined && this.ips[slot] === ip ? slot : undefined;
  }

  isBad(slot: number): boolean {
    return (this.at(this.flags, slot) & BAD) !== 0;
  }

  ipOf(slot: number): string {
    return this.ips[slot] ?? '';
  }

  keyOf(slot: number): number {
    return this.at(this.keys, slot);
  }

  /** Whether the target answers and was not traced since its last time of day. */
  isDue(slot: number, nowMs: number, intervalMs: number): boolean {
    if ((this.at(this.flags, slot) & ANSWERING) === 0) return false;
    const phaseMs = phaseOf(this.keyOf(slot)) * intervalMs;
    const dueAtMs = Math.floor((nowMs - phaseMs) / intervalMs) * intervalMs + phaseMs;
    return this.at(this.dailyAtS, slot) * 1_000 < dueAtMs;
  }

  noteDaily(slot: number, nowS: number): void {
    this.dailyAtS[slot] = nowS;
  }

  /** Returns when the target was last traced because it went bad, in s; 0: never. */
  badTraceAtS(slot: number): number {
    return this.at(this.badAtS, slot);
  }

  noteBad(slot: number, nowS: number): void {
    this.badAtS[slot] = nowS;
  }

  private addTarget({ key, ip }: TraceTarget, dailyAtS: number): number {
    const slot = this.free.pop() ?? this.ips.length;
    if (slot >= this.keys.length) this.growArrays(slot * 2);
    for (const array of [this.flags, this.misses, this.results, this.badAtS]) array[slot] = 0;
    this.ips[slot] = ip;
    this.keys[slot] = key;
    this.dailyAtS[slot] = dailyAtS;
    this.slots.set(key, slot);
    return slot;
  }

  private removeSlot(slot: number, onRemoved: (slot: number) => void): void {
    onRemoved(slot);
    if ((this.at(this.flags, slot) & ANSWERING) !== 0) this.answering--;
    this.slots.delete(this.keyOf(slot));
    this.ips[slot] = '';
    this.flags[slot] = 0;
    this.free.push(slot);
  }

  private growArrays(length: number): void {
    const grown = <T extends Uint8Array | Uint16Array | Uint32Array>(array: T, next: T): T => {
      next.set(array);
      return next;
    };
    this.keys = grown(this.keys, new Uint32Array(length));
    this.checks = grown(this.checks, new Uint16Array(length));
    this.missesToFail = grown(this.missesToFail, new Uint8Array(length));
    this.flags = grown(this.flags, new Uint8Array(length));
    this.misses = grown(this.misses, new Uint8Array(length));
    this.results = grown(this.results, new Uint32Array(length));
    this.generations = grown(this.generations, new Uint32Array(length));
    this.dailyAtS = grown(this.dailyAtS, new Uint32Array(length));
    this.badAtS = grown(this.badAtS, new Uint32Array(length));
  }

  private at(array: Uint8Array | Uint16Array | Uint32Array, slot: number): number {
    return array[slot] ?? 0;
  }
}

/** Returns the place of a target in the day, from 0 to 1: the same on each day, and evenly spread over consecutive keys. */
function phaseOf(key: number): number {
  return (Math.imul(key, 0x9e3779b1) >>> 0) / 2 ** 32;
}

function onesOf(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
