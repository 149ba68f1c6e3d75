import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, neededOf, selectedOf, worst, type Ballot, type Judgement } from './consensus';

const UP: Judgement = { status: 'up', reason: 'quorum_up' };

function ballot(counts: Partial<Ballot>): Ballot {
  const without = { notSent: 0, refuses: 0, unable: 0, agentSilent: 0, withoutVotes: 0 };
  return {
    ...{ up: 0, degraded: 0, down: 0, lossy: 0, slow: 0, warming: 0, ...without },
    ...{ held: 0, setAside: 0, partition: 0, everReplied: true, least: 0, ...counts },
  };
}

describe('consensus', () => {
  it.each<[string, Partial<Ballot>, Judgement]>([
    ['no agent is selected', {}, { status: 'unknown', reason: 'no_agents' }],
    ['the only agent gets replies', { up: 1 }, { status: 'up', reason: 'quorum_up' }],
    ['the only agent gets no replies', { down: 1 }, { status: 'down', reason: 'quorum_down' }],
    ['no agent ever got a reply', { down: 3, everReplied: false }, { status: 'unknown', reason: 'never_answered' }],
    ['a majority gets replies', { up: 2, down: 1 }, { status: 'up', reason: 'quorum_up' }],
    ['a majority gets no replies', { up: 1, down: 2 }, { status: 'down', reason: 'quorum_down' }],
    ['half of the agents get replies', { up: 1, down: 1 }, { status: 'degraded', reason: 'no_quorum' }],
    ['a majority finds it lossy', { up: 1, degraded: 2, lossy: 2, slow: 1 }, { status: 'degraded', reason: 'lossy' }],
    ['a majority finds it slow', { down: 1, degraded: 2, lossy: 1, slow: 2 }, { status: 'degraded', reason: 'slow' }],
    ['one of three finds it lossy', { up: 2, degraded: 1, lossy: 1 }, { status: 'up', reason: 'quorum_up' }],
    ['one finds it lossy, and one gets no replies', { up: 1, degraded: 1, lossy: 1, down: 1 }, UP],
    ['two groups of three that are required agree', { down: 2, least: 3 }, { status: 'down', reason: 'quorum_down' }],
    [
      'one group is left of three that are required',
      { down: 1, least: 3 },
      { status: 'unknown', reason: 'too_few_voters' },
    ],
    [
      'one of three is fresh, and is down',
      { down: 1, withoutVotes: 2 },
      { status: 'unknown', reason: 'too_few_voters' },
    ],
    ['all votes are missing', { withoutVotes: 3 }, { status: 'unknown', reason: 'no_fresh_data' }],
    ['the policy of each agent refuses the address', { refuses: 2 }, { status: 'unknown', reason: 'agent_refuses' }],
    ['its agent reports that it cannot probe', { unable: 1 }, { status: 'unknown', reason: 'agent_unable' }],
    ['its agent is silent', { agentSilent: 1 }, { status: 'unknown', reason: 'agent_lost' }],
    [
      'one agent is silent, and one reports without votes',
      { agentSilent: 1, withoutVotes: 1 },
      { status: 'unknown', reason: 'agent_lost' },
    ],
    ['one of three is fresh', { up: 1, agentSilent: 2 }, { status: 'unknown', reason: 'too_few_voters' }],
    ['one refuses and two get replies', { up: 2, refuses: 1 }, { status: 'up', reason: 'quorum_up' }],
    ['its only agent is set aside', { setAside: 1 }, { status: 'unknown', reason: 'agent_set_aside' }],
    ['two of three are set aside', { up: 1, setAside: 2 }, { status: 'unknown', reason: 'too_few_voters' }],
    [
      'one of three is set aside, and two are down',
      { down: 2, setAside: 1 },
      { status: 'down', reason: 'quorum_down' },
    ],
    ['misses that are held could decide', { up: 1, held: 1 }, UP],
    [
      'held misses are too few to decide',
      { held: 1, withoutVotes: 2 },
      { status: 'unknown', reason: 'agent_set_aside' },
    ],
    ['the path of its only agent is cut', { partition: 1 }, { status: 'degraded', reason: 'partition' }],
    ['the path of one of three is cut', { up: 2, partition: 1 }, { status: 'degraded', reason: 'partition' }],
    ['the path of one is cut, and two are down', { down: 2, partition: 1 }, { status: 'down', reason: 'quorum_down' }],
    [
      'one of three misses by a partition, and two are missing',
      { partition: 1, withoutVotes: 2 },
      { status: 'unknown', reason: 'agent_set_aside' },
    ],
    [
      'the path is interrupted, and no reply ever came',
      { partition: 1, everReplied: false },
      { status: 'unknown', reason: 'agent_set_aside' },
    ],
    ["the agents' kernels refuse to send", { notSent: 1, withoutVotes: 1 }, { status: 'unknown', reason: 'not_sent' }],
  ])('when %s', (_name, counts, expected) => {
    expect(judge(ballot(counts), 'majority', UP)).toEqual(expected);
  });

  it('keeps the last status while warming agents could decide', () => {
    expect(judge(ballot({ warming: 2, down: 1 }), 'majority', UP)).toEqual(UP);
    expect(judge(ballot({ warming: 1 }), 'majority', { status: 'unknown', reason: 'no_agents' })).toEqual({
      status: 'unknown',
      reason: 'warming',
    });
  });

  it('requires a fixed number of votes if the tier sets one', () => {
    expect(judge(ballot({ down: 2, up: 5 }), 2, UP).status).toBe('down');
    expect(judge(ballot({ down: 1, up: 1 }), 2, UP)).toEqual({ status: 'degraded', reason: 'no_quorum' });
  });

  it('is never down with fewer votes than a majority of the selected agents, regardless of those without a fresh verdict', () => {
    const few = fc.nat({ max: 20 });
    fc.assert(
      fc.property(few, few, few, few, few, few, (up, degraded, down, withoutVotes, notSent, agentSilent) => {
        const counts = ballot({ up, degraded, down, withoutVotes, notSent, agentSilent });
        const { status } = judge(counts, 'majority', UP);
        if (status === 'down') expect(down * 2).toBeGreaterThan(selectedOf(counts));
        if (down >= neededOf(selectedOf(counts), 'majority') && selectedOf(counts) > 0) expect(status).toBe('down');
      }),
    );
  });

  it('uses the worst of several checks', () => {
    const down: Judgement = { status: 'down', reason: 'quorum_down' };
    expect(worst([UP, down, { status: 'unknown', reason: 'no_fresh_data' }])).toEqual(down);
  });
});
