import { encodeThresholdsRecord, type ThresholdColumns } from '@icmp-mon/probing/wire';
import { describe, expect, it } from 'vitest';
import { type CheckpointPart, ShardFold, type ShardParticipant } from '.';
import { agentIdOf } from './testing';

/** Remembers the median of each threshold that it receives. */
class Receiver implements ShardParticipant<null> {
  readonly name = 'receiver';
  readonly mediansUs: number[] = [];

  onThresholds({ count, medianUs }: ThresholdColumns): void {
    this.mediansUs.push(...medianUs.slice(0, count));
  }

  checkpoint(): CheckpointPart {
    return { head: {}, columns: {} };
  }

  restore(): void {
    this.mediansUs.length = 0;
  }

  takePendingWrite(): null {
    return null;
  }

  hasPending(): boolean {
    return false;
  }
}

function recordOf(run: number, medianUs: number): Uint8Array {
  const row = {
    ...{ agentId: agentIdOf(1), targetKey: 8, check: 1, medianUs, spreadUs: 500, lossFloorPpm: 5_000 },
    ...{ meanRunCenti: 100, samples: 60, flags: 0 },
  };
  return encodeThresholdsRecord({ run, part: 0, parts: 1 }, [row]);
}

describe('thresholds in the log of a shard', () => {
  it('are passed to the participants, those of a run before the last one are ignored, also after a restore', () => {
    const receiver = new Receiver();
    const fold = new ShardFold<null>(0, [receiver]);
    const apply = (of: ShardFold<null>, run: number, medianUs: number): void =>
      of.applyRecord(run, recordOf(run, medianUs), () => -1);
    apply(fold, 5, 100);
    apply(fold, 5, 101);
    apply(fold, 4, 102);
    apply(fold, 6, 103);
    expect(receiver.mediansUs).toEqual([100, 101, 103]);
    const successor = new Receiver();
    const restored = new ShardFold<null>(0, [successor]);
    restored.restore(fold.checkpoint());
    expect(restored.digest()).toBe(fold.digest());
    apply(restored, 5, 104);
    apply(restored, 6, 105);
    expect(successor.mediansUs).toEqual([105]);
  });
});
