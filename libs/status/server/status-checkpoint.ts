import type { CheckpointPart, ShardDirectory } from '@icmp-mon/shard/engine';
import type { Status, StatusReason } from '@icmp-mon/status/contract';
import type { OddAgents } from './odd/odd-agents';
import type { StoredOddAgent } from './odd/stored-odd-agent';
import type { PairChangeLog, StoredPairChanges } from './pair-change-log';
import type { FlapState } from './flapping';
import type { PairTable } from './pair-table';
import type { CheckJudgement, TargetState } from './target-state';

/** Parts of the status state that a checkpoint stores. */
interface StoredParts {
  readonly changeSeq: number;
  readonly targets: Map<number, TargetState>;
  readonly pairs: PairTable;
  readonly pairChanges: PairChangeLog;
  readonly odd: OddAgents;
}

type StoredState = [
  key: number,
  status: Status,
  reason: StatusReason,
  sinceMs: number,
  repliedChecks: number[],
  checks?: CheckJudgement[] | null,
  /** How long before `sinceMs` the status began; missing in checkpoints of earlier releases. */
  beganBeforeMs?: number,
  flap?: FlapState,
];

/** Part of the checkpoint that is stored as JSON; the pairs are columns. */
interface StatusHead {
  changeSeq: number;
  states: StoredState[];
  /** Missing in checkpoints of releases without pair changes. */
  pairChanges?: StoredPairChanges;
  /** Absent if there are none, and in older checkpoints. */
  odd?: StoredOddAgent[];
}

/** Returns the checkpoint of the statuses. Targets and pairs are in ascending order of the targets' keys. */
export function statusCheckpoint(
  { changeSeq, targets, pairs, pairChanges, odd }: StoredParts,
  directory: ShardDirectory,
): CheckpointPart {
  const states = [...targets].map(
    ([key, { status, reason, sinceMs, beganMs, repliedChecks, checks = null, flap }]): StoredState => {
      const beganBeforeMs = sinceMs - beganMs;
      return flap
        ? [key, status, reason, sinceMs, repliedChecks, checks, beganBeforeMs, flap]
        : [key, status, reason, sinceMs, repliedChecks, checks, beganBeforeMs];
    },
  );
  states.sort((a, b) => a[0] - b[0]);
  const agents = odd.stored();
  const head: StatusHead = {
    ...{ changeSeq, states, pairChanges: pairChanges.checkpointHead() },
    ...(agents.length > 0 && { odd: agents }),
  };
  return { head, columns: pairs.gather(slotsInOrder(directory)) };
}

/** Restores targets and pairs from a checkpoint of the same directory. Returns the number of the last status change. */
export function restoreStatuses(
  part: CheckpointPart,
  { targets, pairs, pairChanges, odd }: Omit<StoredParts, 'changeSeq'>,
  directory: ShardDirectory,
): number {
  const { changeSeq, states, pairChanges: stored, odd: agents = [] } = part.head as StatusHead;
  for (const [key, status, reason, sinceMs, repliedChecks, checks, beganBeforeMs = 0, flap] of states) {
    const state: TargetState = { status, reason, sinceMs, beganMs: sinceMs - beganBeforeMs, repliedChecks };
    targets.set(key, { ...state, ...(checks && { checks }), ...(flap && { flap }) });
  }
  pairs.scatter(slotsInOrder(directory), part.columns);
  pairChanges.restore(stored, directory);
  odd.restore(agents);
  return changeSeq;
}

function slotsInOrder(directory: ShardDirectory): number[] {
  const targets = [...directory.targets.values()].sort((a, b) => a.key - b.key);
  return targets.flatMap((target) => target.pairs.map(({ slot }) => slot));
}
