import { encodeConfirming, OUTCOME, type DetailCode } from '@icmp-mon/probing/contract';
import { decodeShardRecord, encodeThresholdsRecord, type ThresholdColumns } from '@icmp-mon/probing/wire';
import { AGENT, JudgedShard, placeOf, RecordingSink } from '../status-shard.test-data';

export const INTERVAL_MS = 5_000;
const NORMAL = { medianUs: 20_000, spreadUs: 1_000, lossFloorPpm: 5_000, meanRunCenti: 100, samples: 5_760, flags: 0 };
export const SLOW_US = 30_000;

export function thresholds(changes: Partial<typeof NORMAL> = {}): ThresholdColumns {
  const row = { ...NORMAL, ...changes, agentId: AGENT, targetKey: 1, check: 1 };
  const decoded = decodeShardRecord(encodeThresholdsRecord({ run: 1, part: 0, parts: 1 }, [row]));
  if (!decoded.ok || decoded.record.kind !== 'thresholds') throw new Error('not thresholds');
  return decoded.record.rows;
}

/** One agent that probes target 1 every 5 s. */
export class Pair {
  readonly sink = new RecordingSink();
  readonly shard = new JudgedShard(this.sink).addTargets([1]);

  knows(changes: Partial<typeof NORMAL> = {}): this {
    this.shard.state.onThresholds(thresholds(changes), placeOf(1));
    return this;
  }

  /** Sets the limits of the tier. */
  limits(degraded: { latencyMs: number | null; lossPercent: number | null }): this {
    const policy = this.shard.directory.policies.get('fast');
    if (!policy) throw new Error('no policy');
    for (const target of this.shard.directory.applyPolicy({ kind: 'policy', ...policy, degraded })) {
      this.shard.state.onTarget(target, this.shard.clock, placeOf(1));
    }
    return this;
  }

  /** Applies rounds: `.` a normal reply, `s` a slow one, `x` a miss. */
  rounds(text: string, rttUs = 20_000): this {
    for (const letter of text) {
      this.shard.passes(INTERVAL_MS);
      if (letter === 'x') this.result(OUTCOME.timeout, 0);
      else this.result(OUTCOME.reply, letter === 's' ? SLOW_US : rttUs);
    }
    return this;
  }

  /** Applies results of confirming probes without time between them. */
  confirms(text: string): this {
    for (const letter of text) {
      if (letter === 'x') this.result(OUTCOME.timeout, 0, encodeConfirming());
      else this.result(OUTCOME.reply, SLOW_US, encodeConfirming());
    }
    return this;
  }

  private result(outcome: number, rttUs: number, detail?: DetailCode): void {
    this.shard.measured(1, outcome, 0, placeOf(1), { rttUs, detail });
  }

  get slot(): number {
    return this.shard.directory.targets.get(1)?.pairs[0].slot ?? -1;
  }

  get verdict(): number {
    return this.shard.state.pairs.verdict(this.slot);
  }

  get cause(): ReturnType<typeof this.shard.state.pairs.trends.causeOf> {
    return this.shard.state.pairs.trends.causeOf(this.slot);
  }

  /** Since how many rounds the verdict holds, by its begin. */
  get sinceRounds(): number {
    const sinceMs = this.shard.state.pairs.verdictSinceMs(this.slot);
    return (this.shard.clock.atMs - sinceMs) / INTERVAL_MS;
  }
}

export const pair = (): Pair => new Pair();
