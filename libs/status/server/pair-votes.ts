import type { PairEntry, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import type { Ballot } from './consensus';
import type { OddAgents } from './odd/odd-agents';
import { type PairTable, FRESHNESS } from './pair-table';
import type { TargetVerdicts } from './status-tables';
import { VoteTimes } from './vote-times';
import { groupBallot, MISSING, voterOf } from './voter-groups';
import { TREND } from './trends/trend-row';
import { expectedFailuresOf } from './validation/expected-failures';
import { VERDICT } from './verdict';

/** Letters in `agent_verdict` by verdict code. */
const VERDICT_LETTERS: Readonly<Record<number, string>> = {
  [VERDICT.none]: '?',
  [VERDICT.up]: 'u',
  [VERDICT.degraded]: 'g',
  [VERDICT.down]: 'd',
};
const MISSING_LETTERS: Readonly<Record<MissingVerdict, string>> = {
  warming: 'w',
  notSent: 'n',
  refuses: 'r',
  unable: 'x',
  agentSilent: 'l',
  withoutVotes: 's',
  held: 'h',
  setAside: 'a',
  partition: 'p',
};

/** Why an agent has no fresh verdict, or none that is believed, named like the counts of the ballot. */
type MissingVerdict = (typeof MISSING)[number];

/** Derives from the pairs of a target the verdict of each agent, the ballot of each check, and the latest samples. Read-only. */
export class PairVotes {
  readonly times: VoteTimes;

  constructor(
    private readonly pairs: PairTable,
    private readonly directoryOf: () => ShardDirectory,
    private readonly odd: Pick<OddAgents, 'effectOf'>,
  ) {
    this.times = new VoteTimes(pairs, directoryOf);
  }

  /** Returns the verdicts as stored per target: one letter per pair, in the order of its pairs. */
  verdictsOf(target: TargetEntry): TargetVerdicts {
    const { pairs } = this;
    const verdicts: TargetVerdicts = { agents: [], checks: [], letters: '', sinceMs: [] };
    for (const { slot, agentId, check } of votingPairs(target)) {
      const silence = this.missingVerdictOf(target, slot, agentId);
      verdicts.agents.push(agentId);
      verdicts.checks.push(check);
      verdicts.letters += silence === null ? VERDICT_LETTERS[pairs.verdict(slot)] : MISSING_LETTERS[silence];
      verdicts.sinceMs.push(Math.floor(pairs.verdictSinceMs(slot)));
    }
    return verdicts;
  }

  ballot(target: TargetEntry, check: number, everReplied: boolean): Ballot {
    const ballot = { ...emptyBallot(), everReplied };
    const voters = target.policy?.voters;
    const groups = new Map<string, Ballot>();
    for (const pair of target.pairs) {
      if (pair.check !== check) continue;
      this.countVote(
        voters ? ballotOf(groups, voterOf(this.directoryOf(), pair.agentId, voters)) : ballot,
        target,
        pair,
      );
    }
    return voters ? groupBallot([...groups.values()], { everReplied, least: voters.least }) : ballot;
  }

  private countVote(ballot: Ballot, target: TargetEntry, { slot, agentId }: PairEntry): void {
    const silence = this.missingVerdictOf(target, slot, agentId);
    const verdict = this.pairs.verdict(slot);
    if (silence !== null) ballot[silence]++;
    else if (verdict === VERDICT.up) ballot.up++;
    else if (verdict === VERDICT.degraded) this.countDegraded(ballot, slot);
    else ballot.down++;
  }

  private countDegraded(ballot: Ballot, slot: number): void {
    const trend = this.pairs.trends.trend(slot);
    ballot.degraded++;
    if ((trend & TREND.lossy) !== 0) ballot.lossy++;
    if ((trend & TREND.slow) !== 0) ballot.slow++;
  }

  /** Returns the time of the latest sample in ms since 1970; 0 if there is none. */
  latestSampleMs(target: TargetEntry): number {
    return Math.max(0, ...votingPairs(target).map(({ slot }) => this.pairs.lastSampleMs(slot)));
  }

  /** Returns the time of the latest reply in ms since 1970; 0 if there is none. */
  lastSuccessMs(target: TargetEntry): number {
    return Math.max(0, ...votingPairs(target).map(({ slot }) => this.pairs.lastSuccessMs(slot)));
  }

  /** Returns why the pair has no fresh verdict that is believed; null if it has one. */
  private missingVerdictOf(target: TargetEntry, slot: number, agentId: string): MissingVerdict | null {
    const freshness = this.pairs.freshness(slot);
    if (freshness === FRESHNESS.fresh) return this.disbeliefOf(slot, agentId);
    if (freshness === FRESHNESS.refused) return 'notSent';
    if (target.refuses?.includes(agentId)) return 'refuses';
    if (freshness === FRESHNESS.warming) return 'warming';
    const condition = this.directoryOf().agents.get(agentId)?.condition;
    if (condition === 'silent') return 'agentSilent';
    return condition === 'unable' ? 'unable' : 'withoutVotes';
  }

  /** Returns why the fresh verdict of the pair is not believed; null if it is. Replies are believed of any agent. */
  private disbeliefOf(slot: number, agentId: string): MissingVerdict | null {
    if (this.pairs.verdict(slot) !== VERDICT.down) return null;
    const effect = this.odd.effectOf(agentId, slot);
    if (effect === 'none') return null;
    if (effect === 'held') return 'held';
    return effect === 'partition' && this.pairs.lastSuccessMs(slot) > 0 ? 'partition' : 'setAside';
  }
}

/** Returns the pairs of the checks that expect `reachable`: the others are no votes on whether the target is up. */
function votingPairs({ pairs, policy }: TargetEntry): readonly PairEntry[] {
  const expectedFailures = policy && expectedFailuresOf(policy);
  return expectedFailures?.size ? pairs.filter(({ check }) => !expectedFailures.has(check)) : pairs;
}

function ballotOf(groups: Map<string, Ballot>, name: string): Ballot {
  const known = groups.get(name);
  if (known) return known;
  const ballot = emptyBallot();
  groups.set(name, ballot);
  return ballot;
}

export function emptyBallot(): Ballot {
  const without = { notSent: 0, refuses: 0, unable: 0, agentSilent: 0, withoutVotes: 0 };
  return {
    ...{ up: 0, degraded: 0, down: 0, lossy: 0, slow: 0, warming: 0, ...without },
    ...{ held: 0, setAside: 0, partition: 0, everReplied: false, least: 0 },
  };
}
