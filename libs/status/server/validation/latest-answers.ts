import { isAnswer } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import type { ResultBatch } from '@icmp-mon/shard/engine';
import { expectedFailuresOf } from './expected-failures';

/** The latest answered probe of each agent, of any target of the shard, by checks that expect an answer. */
export class LatestAnswers {
  /** Sample times in ms since 1970. */
  readonly byAgent = new Map<string, number>();

  latestMs(agentId: string): number {
    return this.byAgent.get(agentId) ?? -Infinity;
  }

  /** Notes the latest answered probe of the batch: rows are about in the order of their times. */
  noteBatch(batch: ResultBatch): void {
    if (batch.lane === LANE.backfill) return;
    for (let row = batch.count - 1; row >= 0; row--) {
      if (!isAnswer(batch.outcome[row]) || expectedFailuresOf(batch.policy[row]).has(batch.check[row])) continue;
      const { agentId } = batch.agent;
      this.byAgent.set(agentId, Math.max(this.latestMs(agentId), batch.sampleMs[row]));
      return;
    }
  }
}
