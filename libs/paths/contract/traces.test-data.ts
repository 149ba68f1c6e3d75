import type { Trace, TraceProbe } from './trace';

export const TARGET = '198.51.100.9';

/**
 * A trace from a drawing: one line per round, one word per hop. `a`, `b`, … are routers 192.0.2.97 ff., `T` is the target, `-` lost, `?` still
 * awaited, `!` without data; anything else is an address.
 */
export function drawn(...lines: string[]): Trace {
  const addresses: string[] = [];
  const probeOf = (word: string, hop: number): TraceProbe => {
    if (word === '-') return 'lost';
    if (word === '?') return 'waiting';
    if (word === '!') return null;
    const address = word === 'T' ? TARGET : /^[a-z]$/.test(word) ? `192.0.2.${word.charCodeAt(0)}` : word;
    const known = addresses.indexOf(address);
    return [known === -1 ? addresses.push(address) - 1 : known, (hop + 1) * 1_000];
  };
  const rounds = lines.map((line) => line.trim().split(/\s+/).map(probeOf));
  return { target: TARGET, startedAtMs: 0, addresses, rounds };
}

export const repeated = (line: string, rounds = 10): Trace => drawn(...Array.from({ length: rounds }, () => line));

/** Pseudo-random numbers from 0 to 1 (mulberry32), the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface SimulatedPath {
  hops: number;
  /** First hop behind the link that loses packets, from 1. */
  lossyFrom?: number;
  loss?: number;
  /** Shares of probes that routers answer, by hop. */
  answers?: Record<number, number>;
}

/** Ten rounds over a path whose last hop is the target. */
export function simulated(
  { hops, lossyFrom = Infinity, loss = 0, answers = {} }: SimulatedPath,
  random: () => number,
): Trace {
  const addresses = Array.from({ length: hops }, (_, at) => (at === hops - 1 ? TARGET : `192.0.2.${at + 1}`));
  const rounds = Array.from({ length: 10 }, () =>
    addresses.map((_, at): TraceProbe => {
      const isLost = (at + 1 >= lossyFrom && random() < loss) || random() >= (answers[at + 1] ?? 1);
      return isLost ? 'lost' : [at, (at + 1) * 1_000];
    }),
  );
  return { target: TARGET, startedAtMs: 0, addresses, rounds };
}
