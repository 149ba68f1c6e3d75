import { isSuccess } from '@icmp-mon/probing/contract';
import { NO_PAIR, type RecordPlace, type ResultBatch, type ShardClock, type TargetEntry } from '@icmp-mon/shard/engine';
import { isLate, isOldAtReceipt } from './late-results';
import type { OddAgents } from './odd/odd-agents';
import { judgeResult } from './pair-judge';
import type { PairTable } from './pair-table';
import type { StatusSink } from './status-effects';
import { noteReply, type TargetState } from './target-state';

/** Judges the results of a block, each by its own pair. Reports pairs whose verdict, its cause or its freshness changed. */
export class ResultJudge {
  constructor(
    private readonly pairs: PairTable,
    private readonly targets: ReadonlyMap<number, TargetState>,
    private readonly sink: Pick<StatusSink, 'resultLate'>,
    private readonly odd: Pick<OddAgents, 'onResult'>,
    private readonly pairChanged: (slot: number, target: TargetEntry, place: RecordPlace) => void,
  ) {}

  judgeBatch(batch: ResultBatch, presentMs: number, clock: ShardClock, place: RecordPlace): void {
    for (let row = 0; row < batch.count; row++) this.judgeRow(batch, row, presentMs, clock, place);
  }

  /** Reports the results of a block that are stored and not judged. */
  noteLate({ count, target, agent, sampleMs }: ResultBatch, place: RecordPlace): void {
    for (let row = 0; row < count; row++) this.sink.resultLate(target[row].key, agent.agentId, sampleMs[row], place);
  }

  private judgeRow(batch: ResultBatch, row: number, presentMs: number, clock: ShardClock, place: RecordPlace): void {
    const { pairs } = this;
    const slot = batch.pairSlot[row];
    if (slot === NO_PAIR) return;
    const policy = batch.policy[row];
    const sampleMs = batch.sampleMs[row];
    if (isLate(sampleMs, pairs.lastSampleMs(slot), batch.receivedAtMs, presentMs, policy)) {
      batch.late++;
      // A result that only came after a newer one is no reason to judge the past again.
      if (isOldAtReceipt(sampleMs, batch.receivedAtMs, policy))
        this.sink.resultLate(batch.target[row].key, batch.agent.agentId, sampleMs, place);
      return;
    }
    const outcome = batch.outcome[row];
    const verdict = pairs.verdict(slot);
    const trend = pairs.trends.trend(slot);
    if (isSuccess(outcome) && pairs.lastSuccessMs(slot) === 0) {
      noteReply(this.targets.get(batch.target[row].key), batch.check[row]);
    }
    judgeResult(pairs, slot, batch, row, clock.ageMs);
    const freshness = pairs.freshnessAt(slot, clock.ageMs);
    const isSame = pairs.verdict(slot) === verdict && pairs.trends.trend(slot) === trend;
    const isChanged = !isSame || freshness !== pairs.freshness(slot);
    if (isChanged) pairs.setFreshness(slot, freshness);
    this.odd.onResult(slot, batch.target[row], isSuccess(outcome));
    if (isChanged) this.pairChanged(slot, batch.target[row], place);
  }
}
