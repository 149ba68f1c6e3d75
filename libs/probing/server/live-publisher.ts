import { decodeSeriesBody, OUTCOME, outcomeName, type LiveEvent } from '@icmp-mon/probing/contract';
import type { ShardDirectory } from '@icmp-mon/platform/shard';
import type { AgentNumbers } from './agent-numbers';

/** Where live results go and who is looking; Redis in the product. */
export interface LiveBus {
  /** Keys of the targets that somebody watches now. */
  watched(): ReadonlySet<number>;
  publish(targetKey: number, message: string): void;
}

/** One stored fragment of a watched target. */
export interface LiveFragment {
  targetKey: number;
  check: number;
  startMs: number;
  body: Uint8Array;
}

export interface LiveMessage {
  targetKey: number;
  text: string;
}

/** Turns what a commit has stored into live events, for watched targets only: nobody looking costs nothing. */
export class LivePublisher {
  constructor(
    private readonly bus: LiveBus,
    private readonly agentNumbers: AgentNumbers,
  ) {}

  isWatched(targetKey: number): boolean {
    return this.bus.watched().has(targetKey);
  }

  /** Messages to publish once the commit at `position` of the shard's log has succeeded. */
  messages(
    shard: number,
    position: number,
    fragments: readonly LiveFragment[],
    directory: ShardDirectory,
  ): LiveMessage[] {
    const events = new Map<number, LiveEvent[]>();
    for (const fragment of fragments) {
      const list = events.get(fragment.targetKey) ?? [];
      events.set(fragment.targetKey, list);
      this.append(list, shard, position, fragment, directory);
    }
    return [...events].map(([targetKey, list]) => ({ targetKey, text: JSON.stringify(list) }));
  }

  publish(messages: readonly LiveMessage[]): void {
    for (const { targetKey, text } of messages) this.bus.publish(targetKey, text);
  }

  /** The index of an event counts the target's stored samples of that position in the order of check, window, body. */
  private append(
    list: LiveEvent[],
    shard: number,
    position: number,
    { targetKey, check, startMs, body }: LiveFragment,
    directory: ShardDirectory,
  ): void {
    const target = directory.targets.get(targetKey);
    const policy = target && directory.policyOf(target);
    const type = policy?.checks.find((each) => each.check === check)?.type ?? 'icmp_ping';
    const samples = decodeSeriesBody(body);
    for (let at = 0; at < samples.count; at++) {
      const agent = this.agentNumbers.agentOf(samples.agentNo[at]);
      list.push({
        id: `${shard}:${position}:${list.length}`,
        targetKey,
        result: {
          at: new Date(startMs + samples.timeOffsetMs[at]).toISOString(),
          agentId: agent.agentId,
          agentName: agent.name,
          check,
          type,
          outcome: outcomeName(samples.outcome[at]),
          rttUs: samples.outcome[at] === OUTCOME.reply ? samples.rttUs[at] : null,
        },
      });
    }
  }
}

/** Canonical order of a commit's fragments of one target: what replay from storage has to give again. */
export function compareFragments(a: LiveFragment, b: LiveFragment): number {
  return a.targetKey - b.targetKey || a.check - b.check || a.startMs - b.startMs;
}
