import { type CheckType, decodeDetail, type ProbeFacts, type ResultDetail } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import type { Executor, SliceEnd } from './executor';
import { LoopWatch } from './loop-watch';
import { SocketExecutor, type StartProbe } from './socket-executor';
import { SocketRoom } from './socket-room';

export interface ProbedSlice {
  end: SliceEnd;
  /** Outcome by address; undefined: no data. */
  outcomes: (number | undefined)[];
  rttUs: number[];
  details: ResultDetail[];
  facts: (ProbeFacts | undefined)[];
}

/** For specs only: probes a slice with the same check for every address. Throws when an address has two results. */
export async function probeSlice(
  executor: Executor,
  ips: readonly string[],
  check: Partial<CheckDefinition>,
  { timeoutMs = 2_000, spacingMs = 1, signal = new AbortController().signal } = {},
): Promise<ProbedSlice> {
  const outcomes: (number | undefined)[] = ips.map(() => undefined);
  const rttUs = ips.map(() => 0);
  const details: ResultDetail[] = ips.map(() => ({}));
  const facts: (ProbeFacts | undefined)[] = ips.map(() => undefined);
  const definition: CheckDefinition = { check: 1, type: executor.type, expect: 'reachable', ...check };
  const end = await executor.runSlice(
    { ips, checks: ips.map(() => definition), timeoutMs, spacingMs },
    (index, _sentAtMs, outcome, rtt, detail, known) => {
      if (outcomes[index] !== undefined) throw new Error(`address ${index} has two results`);
      [outcomes[index], rttUs[index], details[index]] = [outcome, rtt, decodeDetail(detail)];
      facts[index] = known;
    },
    signal,
  );
  return { end, outcomes, rttUs, details, facts };
}

/** For specs only: an executor that has results although a busy machine pauses this process. */
export function unwatchedExecutor(type: CheckType, startProbe: StartProbe, room = new SocketRoom(100)): SocketExecutor {
  return new SocketExecutor(type, startProbe, room, new LoopWatch(() => 0));
}
