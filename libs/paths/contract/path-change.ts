import { type Flow, flowsOf, SILENT } from './flows';
import { prefixOf } from './path-node';
import type { Trace } from './trace';

/** A lasting change of the path from one agent to one target. */
export interface PathDifference {
  /** Addresses that were usual, and have answered in none of the latest traces although others answer in their place. */
  left: string[];
  /** Addresses of a network that none of the traces before has, in place of usual addresses. */
  joined: string[];
}

/** Traces that show what is usual, at most and at least. */
const USUAL_TRACES = 10;
const USUAL_TRACES_MIN = 3;
/** Share of them that makes an address usual. */
const USUAL_SHARE = 0.5;
/** Consecutive traces in which an address that has left is absent; more where other branches of its hop still answer. */
const ABSENT_TRACES = 3;
const ABSENT_TRACES_MAX = 10;
/** Addresses of a hop that were in a single one of the usual traces, at most: where there are more, another new one is nothing new. */
const SEEN_ONCE_MAX = 1;
/** A branch has left when its absence is less likely than this by chance. */
const CHANCE_MAX = 0.0001;

/** Addresses by hop of one trace. */
interface SeenHops {
  hops: Set<string>[];
  all: Set<string>;
  /** Hops that were silent in some flow, or lie behind the last answer: nothing there is known to be absent. */
  silent: Set<number>;
  isReached: boolean;
}

/**
 * Returns how the path changed with the latest traces; null if it did not. A change is returned again while the former path is among the usual
 * traces. `traces` are those of one agent to one target, oldest first.
 *
 * - A usual address has left when it is absent three times in a row and no usual address of its hop answers. Where others of them do, it was
 *   one of several equal branches, which come and go: it must be absent so often that chance is ruled out.
 * - A new address has joined where no usual one of its hop answers. A hop with other addresses in nearly every trace has no usual ones.
 * - Silence does not count: an address is absent only if its hop answers otherwise, and a hop that was silent before gains no new address.
 */
export function findPathChange(traces: readonly Trace[]): PathDifference | null {
  const seen = traces.slice(-(USUAL_TRACES + ABSENT_TRACES_MAX)).map(hopsOf);
  const left = new Set<string>();
  for (let absent = ABSENT_TRACES; absent <= ABSENT_TRACES_MAX; absent++) {
    for (const address of addressesThatLeft(seen.slice(0, -absent).slice(-USUAL_TRACES), seen.slice(-absent)))
      left.add(address);
  }
  const joined = addressesThatJoined(seen.slice(0, -1), seen.at(-1));
  return left.size + joined.length === 0 ? null : { left: [...left], joined };
}

function addressesThatLeft(usual: readonly SeenHops[], latest: readonly SeenHops[]): string[] {
  if (usual.length < USUAL_TRACES_MIN || latest.length < ABSENT_TRACES) return [];
  const counts = new Map<string, number>();
  for (const { all } of usual) for (const address of all) counts.set(address, (counts.get(address) ?? 0) + 1);
  return [...counts].flatMap(([address, count]) => {
    if (count < USUAL_SHARE * usual.length) return [];
    const hops = usual.flatMap(({ hops }) => hops.flatMap((addresses, hop) => (addresses.has(address) ? [hop] : [])));
    if (!latest.every((trace) => isAbsent(trace, address, hops))) return [];
    const siblings = new Set(usual.flatMap((trace) => hops.flatMap((hop) => [...(trace.hops[hop] ?? [])])));
    const isReplaced = latest.every((trace) =>
      hops.every((hop) => ![...(trace.hops[hop] ?? [])].some((each) => siblings.has(each))),
    );
    // By the rule of succession, so that ten of ten traces do not make it certain.
    const absence = 1 - (count + 1) / (usual.length + 2);
    return isReplaced || absence ** latest.length <= CHANCE_MAX ? [address] : [];
  });
}

function isAbsent({ all, silent, hops, isReached }: SeenHops, address: string, usualHops: readonly number[]): boolean {
  if (all.has(address)) return false;
  return usualHops.every((hop) => !silent.has(hop) && (isReached || hop < hops.length));
}

function addressesThatJoined(earlier: readonly SeenHops[], latest: SeenHops | undefined): string[] {
  const usual = earlier.slice(-USUAL_TRACES);
  if (usual.length < USUAL_TRACES_MIN || latest === undefined) return [];
  const known = new Set(earlier.flatMap(({ all }) => [...all]));
  const prefixes = new Set([...known].map(prefixOf));
  return latest.hops.flatMap((addresses, hop) => {
    const before = usual.flatMap(({ hops }) => [...(hops[hop] ?? [])]);
    if (before.length === 0 || before.some((address) => addresses.has(address))) return [];
    if (before.filter((address, at) => isOnlyAt(before, address, at)).length > SEEN_ONCE_MAX) return [];
    return [...addresses].filter((address) => !prefixes.has(prefixOf(address)));
  });
}

const isOnlyAt = (list: readonly string[], item: string, at: number): boolean =>
  list.indexOf(item) === at && !list.includes(item, at + 1);

function hopsOf(trace: Trace): SeenHops {
  const flows = flowsOf(trace);
  const hops: Set<string>[] = [];
  const silent = new Set<number>();
  for (const flow of flows) {
    for (const [at, hop] of flow.hops.entries()) {
      const addresses = (hops[at] ??= new Set());
      if (hop === SILENT) silent.add(at);
      else addresses.add(trace.addresses[hop]);
    }
    // Where a router reports the target as unreachable first, it may answer in place of a hop behind it.
    if (flow.end === 'unreachable') silent.add(flow.hops.length - 1);
  }
  const all = new Set(hops.flatMap((addresses) => [...addresses]));
  return { hops, all, silent, isReached: flows.some(isReached) };
}

const isReached = ({ end }: Flow): boolean => end === 'target';
