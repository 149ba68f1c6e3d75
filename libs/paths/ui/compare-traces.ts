import { lossOf, type Trace } from '@icmp-mon/paths/contract';

/** One hop of a trace. */
export interface ComparedHop {
  /** From 1. */
  hop: number;
  /** Addresses that answered; empty if none did. */
  addresses: readonly string[];
  /** Median; null without an answer. */
  rttUs: number | null;
  pathPercent: number | null;
}

/** One row of two paths next to each other. `changed`: other addresses at the same place. */
export interface ComparedRow {
  state: 'same' | 'changed' | 'left' | 'right';
  left: ComparedHop | null;
  right: ComparedHop | null;
}

/** Returns the hops of two traces in rows: hops that both have are next to each other, also if one path is longer. */
export function compareTraces(left: Trace, right: Trace): ComparedRow[] {
  const [a, b] = [hopsOf(left), hopsOf(right)];
  const rows: ComparedRow[] = [];
  let [at, to] = [0, 0];
  for (const [atSame, toSame] of [...commonHops(a, b), [a.length, b.length] as const]) {
    rows.push(...differingRows(a.slice(at, atSame), b.slice(to, toSame)));
    if (atSame < a.length) rows.push({ state: 'same', left: a[atSame], right: b[toSame] });
    [at, to] = [atSame + 1, toSame + 1];
  }
  return rows;
}

/** Returns the number of rows that differ. */
export const differences = (rows: readonly ComparedRow[]): number =>
  rows.filter(({ state }) => state !== 'same').length;

function differingRows(left: readonly ComparedHop[], right: readonly ComparedHop[]): ComparedRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at): ComparedRow => {
    const [one, other] = [left[at] ?? null, right[at] ?? null];
    return { state: one === null ? 'right' : other === null ? 'left' : 'changed', left: one, right: other };
  });
}

/** Returns the indexes of the longest series of hops that both have, in the same order. */
function commonHops(a: readonly ComparedHop[], b: readonly ComparedHop[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let at = a.length - 1; at >= 0; at--) {
    for (let to = b.length - 1; to >= 0; to--) {
      lengths[at][to] = isSame(a[at], b[to])
        ? lengths[at + 1][to + 1] + 1
        : Math.max(lengths[at + 1][to], lengths[at][to + 1]);
    }
  }
  const common: (readonly [number, number])[] = [];
  for (let at = 0, to = 0; at < a.length && to < b.length;) {
    if (isSame(a[at], b[to])) common.push([at++, to++] as const);
    else if (lengths[at + 1][to] >= lengths[at][to + 1]) at++;
    else to++;
  }
  return common;
}

/** Equal branches share a hop; silence is the same as silence at the same distance. */
function isSame(one: ComparedHop, other: ComparedHop): boolean {
  if (one.addresses.length === 0 || other.addresses.length === 0)
    return one.addresses.length === other.addresses.length && one.hop === other.hop;
  return one.addresses.some((address) => other.addresses.includes(address));
}

function hopsOf(trace: Trace): ComparedHop[] {
  const flows = lossOf(trace).flows;
  const length = Math.max(0, ...flows.map(({ hops }) => hops.length));
  return Array.from({ length }, (_, at) => {
    const probes = trace.rounds.flatMap((round) => {
      const probe = round[at];
      return typeof probe === 'object' && probe !== null ? [probe] : [];
    });
    const rtts = probes.map(([, rttUs]) => rttUs).sort((x, y) => x - y);
    return {
      hop: at + 1,
      addresses: [...new Set(probes.map(([address]) => trace.addresses[address]))],
      rttUs: rtts[(rtts.length - 1) >> 1] ?? null,
      pathPercent: flows.find(({ hops }) => at < hops.length)?.hops[at].pathPercent ?? null,
    };
  });
}
