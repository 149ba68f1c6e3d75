import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ballot, judge, type Judgement, neededBy, selectedOf } from './consensus';
import { emptyBallot } from './pair-votes';
import { groupBallot } from './voter-groups';

const UP: Judgement = { status: 'up', reason: 'quorum_up' };
const WHOLE = { everReplied: true, least: 0 };
const group = (counts: Partial<Ballot>): Ballot => ({ ...emptyBallot(), ...counts });

const few = fc.nat({ max: 3 });
const groups = fc.array(
  fc
    .record({ up: few, degraded: few, down: few, warming: few, agentSilent: few, withoutVotes: few })
    .filter((counts) => Object.values(counts).some((count) => count > 0))
    .map(group),
  { minLength: 1, maxLength: 6 },
);
const freshOf = ({ up, degraded, down }: Ballot): number => up + degraded + down;

describe('groups of agents', () => {
  it.each<[string, Partial<Ballot>, keyof Ballot]>([
    ['more than half get no replies', { up: 1, down: 2 }, 'down'],
    ['as many get replies as get none', { up: 1, down: 1 }, 'up'],
    ['all that are fresh get no replies', { down: 1, agentSilent: 2 }, 'down'],
    ['more than half of those with replies find it slow', { up: 1, degraded: 2, slow: 2, down: 1 }, 'degraded'],
    ['half of those with replies find it lossy', { up: 1, degraded: 1, lossy: 1 }, 'up'],
    ['an agent is warming, and none is fresh', { warming: 1, agentSilent: 1 }, 'warming'],
    ['all agents are silent', { agentSilent: 2 }, 'agentSilent'],
  ])('are one vote: %s', (_what, counts, vote) => {
    const ballot = groupBallot([group(counts)], WHOLE);
    expect(ballot[vote]).toBe(1);
    expect(selectedOf(ballot)).toBe(1);
  });

  it('of one provider never make a target down together where two are required', () => {
    const three = groupBallot([group({ down: 5 })], { everReplied: true, least: 2 });
    expect(judge(three, 'majority', UP)).toEqual({ status: 'unknown', reason: 'too_few_voters' });
    const both = groupBallot([group({ down: 5 }), group({ down: 1 })], { everReplied: true, least: 2 });
    expect(judge(both, 'majority', UP).status).toBe('down');
  });

  it('stay voters while none of their agents has a fresh verdict: the quorum never shrinks', () => {
    fc.assert(
      fc.property(groups, fc.nat({ max: 8 }), (votes, least) => {
        const ballot = groupBallot(votes, { everReplied: true, least });
        expect(selectedOf(ballot)).toBe(votes.length);
        const silenced = votes.map((each) => group({ agentSilent: selectedOf(each) }));
        const silent = groupBallot(silenced, { everReplied: true, least });
        expect(neededBy(silent, 'majority')).toBe(neededBy(ballot, 'majority'));
        expect(neededBy(ballot, 'majority')).toBeGreaterThanOrEqual(Math.floor(least / 2) + 1);
      }),
    );
  });

  it('make a target down, or up, only if a quorum of the groups does, regardless of how many agents each has', () => {
    fc.assert(
      fc.property(groups, fc.nat({ max: 4 }), (votes, least) => {
        const ballot = groupBallot(votes, { everReplied: true, least });
        const needed = neededBy(ballot, 'majority');
        const downs = votes.filter((each) => each.down * 2 > freshOf(each)).length;
        const reached = votes.filter((each) => freshOf(each) > 0 && each.down * 2 <= freshOf(each)).length;
        const { status, reason } = judge(ballot, 'majority', { status: 'unknown', reason: 'no_fresh_data' });
        expect(status === 'down').toBe(downs >= needed);
        if (reason === 'quorum_up' || reason === 'lossy' || reason === 'slow')
          expect(reached).toBeGreaterThanOrEqual(needed);
      }),
    );
  });

  it('of a single agent vote like agents', () => {
    const one = fc.constantFrom('up', 'down', 'warming', 'notSent', 'agentSilent', 'withoutVotes');
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 9 }), (votes) => {
        const ballot = group({ everReplied: true });
        for (const vote of votes) ballot[vote]++;
        expect(
          groupBallot(
            votes.map((vote) => group({ [vote]: 1 })),
            WHOLE,
          ),
        ).toEqual(ballot);
      }),
    );
  });
});
