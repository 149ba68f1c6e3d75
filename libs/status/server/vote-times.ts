import type { PairEntry, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import { FRESHNESS, type PairTable } from './pair-table';
import { VERDICT } from './verdict';
import { voterOf } from './voter-groups';

/** Statement that a fresh verdict can be evidence for. */
export type VoteSide = 'down' | 'reached' | 'degraded';

/** A fresh verdict: whether it is on the side, and when it began. */
interface SidedVerdict {
  isOn: boolean;
  beganMs: number;
}

/** When the voters of a target turned to their verdicts, and voted last. Times are in ms since 1970. Read-only. */
export class VoteTimes {
  constructor(
    private readonly pairs: PairTable,
    private readonly directoryOf: () => ShardDirectory,
  ) {}

  /** Returns when each voter that is on the side turned to it, earliest first. */
  turnedMs(target: TargetEntry, check: number, side: VoteSide): number[] {
    const { pairs } = this;
    const fresh = pairsOf(target, check).filter(({ slot }) => pairs.freshness(slot) === FRESHNESS.fresh);
    const byVoter = this.groupPairs(target, fresh);
    return [...byVoter.values()]
      .map((members) =>
        turnedAt(
          members.map(({ slot }) => ({
            isOn: isOnSide(pairs.verdict(slot), side),
            beganMs: pairs.verdictSinceMs(slot),
          })),
          side,
        ),
      )
      .filter((turnedMs) => turnedMs !== undefined)
      .sort((a, b) => a - b);
  }

  /** Returns when each voter had its last vote, latest first; voters without one are left out. */
  lastVotesMs(target: TargetEntry, check: number): number[] {
    const byVoter = this.groupPairs(target, pairsOf(target, check));
    return [...byVoter.values()]
      .map((members) => Math.max(...members.map(({ slot }) => this.lastVoteMs(slot))))
      .filter((atMs) => atMs > 0)
      .sort((a, b) => b - a);
  }

  /** Returns the time of a pair's last sample; of a pair whose probes are not sent, of its last reply. */
  private lastVoteMs(slot: number): number {
    const isSent = this.pairs.freshness(slot) !== FRESHNESS.refused;
    return isSent ? this.pairs.lastSampleMs(slot) : this.pairs.lastSuccessMs(slot);
  }

  private groupPairs(target: TargetEntry, pairs: readonly PairEntry[]): Map<string, PairEntry[]> {
    const directory = this.directoryOf();
    return Map.groupBy(pairs, ({ agentId }) => voterOf(directory, agentId, target.policy?.voters));
  }
}

/** Returns when a voter of several agents turned: when enough of them had. A voter is down by more than half, and reached by half. */
function turnedAt(members: readonly SidedVerdict[], side: VoteSide): number | undefined {
  const on = members.filter(({ isOn }) => isOn).map(({ beganMs }) => beganMs);
  const half = members.length / 2;
  const needed = side === 'reached' ? Math.ceil(half) : Math.floor(half) + 1;
  return on.sort((a, b) => a - b)[needed - 1];
}

function isOnSide(verdict: number, side: VoteSide): boolean {
  if (side === 'down') return verdict === VERDICT.down;
  return verdict === VERDICT.degraded || (side === 'reached' && verdict === VERDICT.up);
}

const pairsOf = ({ pairs }: TargetEntry, check: number): PairEntry[] => pairs.filter((pair) => pair.check === check);
