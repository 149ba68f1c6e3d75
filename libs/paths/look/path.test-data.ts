import { type Trace, type TraceProbe } from '@icmp-mon/paths/contract';
import { type LiveTrace, livePath } from './live-path';
import type { ShownPath } from './shown-path';

export const TARGET = '198.51.100.9';

/** A trace of ten rounds over these hops: addresses, `-` for silence; `reached` ends it with the target. */
export function traceOver(hops: readonly string[], reached = true): Trace {
  const all = reached ? [...hops, TARGET] : [...hops, '-', '-', '-'];
  const addresses = [...new Set(all.filter((hop) => hop !== '-'))];
  const round = all.map((hop, at): TraceProbe => (hop === '-' ? 'lost' : [addresses.indexOf(hop), 1_000 * (at + 1)]));
  return { target: TARGET, startedAtMs: 0, addresses, rounds: Array.from({ length: 10 }, () => round) };
}

export function ended(name: string, hops: readonly string[], reached = true): LiveTrace {
  return { agentId: `id of ${name}`, name, trace: traceOver(hops, reached), ended: true, names: {} };
}

export const shown = (...traces: LiveTrace[]): ShownPath => livePath(TARGET, traces, new Map());

/** Agents of several regions, each behind its own router: region, transit, core, target. */
export function manyAgents(count: number, perRegion = 5): ShownPath {
  return shown(
    ...Array.from({ length: count }, (_, at) => {
      const region = Math.floor(at / perRegion);
      const hops = ['192.168.1.1', `203.0.113.${region + 1}`, `192.0.2.${(region % 3) + 1}`, '192.0.2.99'];
      return ended(`agent-${at}`, hops);
    }),
  );
}
