import type { CheckType } from '@icmp-mon/probing/contract';
import type { CheckpointPart, ShardDirectory } from '@icmp-mon/shard/engine';
import type { CheckAnswer, CheckReason, CheckStatus } from '@icmp-mon/status/contract';
import type { LatestAnswers } from './latest-answers';
import type { SpanCounts } from './open-span';
import { newCheck, newPair, type ValidatedPair } from './validated-check';
import type { ValidatedTargets } from './validated-targets';
import type { CheckLog } from './check-log';

/** Fields of a pair in a checkpoint. */
const PAIR_FIELDS = {
  assignedAgeMs: Float64Array,
  lastSampleMs: Float64Array,
  failedMs: Float64Array,
  failedAgeMs: Float64Array,
  controlMs: Float64Array,
  provenMs: Float64Array,
  notSentAgeMs: Float64Array,
  proofsInRow: Uint8Array,
} as const;
type PairField = keyof typeof PAIR_FIELDS;
const FIELDS = Object.keys(PAIR_FIELDS) as PairField[];

interface StoredCheck {
  check: number;
  type: CheckType;
  port: number | null;
  chain: number;
  changeSeq: number;
  status: CheckStatus;
  reason: CheckReason;
  sinceMs: number;
  lastProofMs: number;
  /** Null before the first proof: JSON has no infinity. */
  lastProofAgeMs: number | null;
  clearedMs: number | null;
  lastAnswer: CheckAnswer | null;
  entries: number;
  hash: string;
  span: {
    fromMs: number;
    agents: [string, SpanCounts][];
    answers: CheckAnswer[];
    answersMore: number;
    lastProofMs: number;
    longestPauseMs: number;
    refreshedMs: number;
  };
}

interface ValidationHead {
  changeSeq: number;
  isFollowing: boolean;
  answeredMs: [string, number][];
  /** By ascending key. */
  targets: [key: number, checks: StoredCheck[]][];
}

/** Parts of the state that a checkpoint stores. */
interface StoredParts {
  isFollowing: boolean;
  readonly answers: LatestAnswers;
  readonly targets: ValidatedTargets;
  readonly log: CheckLog;
}

const byText = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Returns the checkpoint: checks as JSON, their pairs as columns, in ascending order of target, check and agent. */
export function validationCheckpoint({ isFollowing, answers, targets, log }: StoredParts): CheckpointPart {
  const inOrder = targets.inOrder();
  const head: ValidationHead = {
    ...{ changeSeq: log.changeSeq, isFollowing, answeredMs: [...answers.byAgent].sort(byText) },
    targets: inOrder.map(({ target, checks }) => [
      target.key,
      checks.map(({ pairs: _pairs, intervalMs: _interval, span, ...check }) => ({
        ...check,
        lastProofAgeMs: finite(check.lastProofAgeMs),
        clearedMs: finite(check.clearedMs),
        span: { ...span, agents: [...span.agents].sort(byText), answers: [...span.answers] },
      })),
    ]),
  };
  const pairs = inOrder.flatMap(({ checks }) => checks.flatMap((check) => check.pairs));
  const columns: CheckpointPart['columns'] = {
    reached: Uint8Array.from(pairs, ({ reached }) => Number(reached)),
  };
  for (const field of FIELDS) columns[field] = columnOf(field, pairs);
  return { head, columns };
}

function columnOf(field: PairField, pairs: readonly ValidatedPair[]): Float64Array | Uint8Array {
  const column = new PAIR_FIELDS[field](pairs.length);
  pairs.forEach((pair, at) => (column[at] = pair[field]));
  return column;
}

/** Restores the state from a checkpoint of the same directory. */
export function restoreValidation(
  { head: stored, columns }: CheckpointPart,
  state: StoredParts,
  directory: ShardDirectory,
): void {
  const head = stored as ValidationHead;
  state.isFollowing = head.isFollowing;
  state.log.changeSeq = head.changeSeq;
  for (const [agentId, atMs] of head.answeredMs) state.answers.byAgent.set(agentId, atMs);
  let at = 0;
  for (const [key, checks] of head.targets) {
    const target = directory.targets.get(key);
    if (!target?.policy) throw new Error(`the target ${key} of its validation has no policy`);
    const entry = state.targets.addTarget(target);
    for (const { check, type, port, lastProofAgeMs, clearedMs, span, ...start } of checks) {
      const restored = newCheck(check, type, port, { ...start, fromMs: span.fromMs });
      restored.lastProofAgeMs = lastProofAgeMs ?? -Infinity;
      restored.clearedMs = clearedMs ?? -Infinity;
      restored.span = { ...span, agents: new Map(span.agents) };
      restored.pairs = target.selected.map((agentId) => {
        const pair = newPair(agentId, restored, 0);
        for (const field of FIELDS) pair[field] = columns[field][at];
        pair.reached = columns['reached'][at++] === 1;
        return pair;
      });
      entry.checks.push(restored);
    }
    state.targets.link(entry, target.policy, 0);
  }
}
