import { describe, expect, it } from 'vitest';
import { type Decision, decideConditions, holdDownMs, type Outcome, type WatchedAgent } from './agent-conditions';

const S = 1_000;
const START_MS = 1_000_000 * S;
const HOLD_DOWNS_MS = [100 * S, 300 * S];

/** Simulated fleet: agents report unless they are made silent, and decisions are stored. */
class Fleet {
  nowMs = START_MS;
  blind: string | null = null;
  holding: string | null = null;
  readonly log: string[] = [];
  private releasedAtMs = START_MS;
  private readonly agents = new Map<string, WatchedAgent>();
  private readonly silent = new Set<string>();

  constructor(...ids: string[]) {
    for (const agentId of ids) this.joins(agentId);
    this.passes(2);
    this.log.length = 0;
  }

  joins(agentId: string, heard = true): this {
    this.agents.set(agentId, {
      agentId,
      knownSinceMs: this.nowMs,
      heardAtMs: heard ? this.nowMs : null,
      trouble: null,
      decision: undefined,
    });
    if (!heard) this.silent.add(agentId);
    return this;
  }

  falls(...ids: string[]): this {
    for (const id of ids) this.silent.add(id);
    return this;
  }

  returns(...ids: string[]): this {
    for (const id of ids) this.silent.delete(id);
    return this;
  }

  reports(agentId: string, trouble: string | null): this {
    this.agents.get(agentId)!.trouble = trouble;
    return this;
  }

  /** Decides every 2 s, with the same release time as the watch. */
  passes(seconds: number): this {
    for (let left = seconds; left > 0; left -= 2) {
      this.nowMs += 2 * S;
      for (const agent of this.agents.values()) if (!this.silent.has(agent.agentId)) agent.heardAtMs = this.nowMs;
      if (this.holding !== null) this.releasedAtMs = this.nowMs;
      const outcome = this.look();
      this.holding = outcome.holding;
      for (const decision of outcome.decisions) {
        this.agents.get(decision.agentId)!.decision = decision;
        this.log.push(`${decision.agentId} ${decision.condition} ${decision.heldMs / S}`);
      }
    }
    return this;
  }

  decision(agentId: string): Decision | undefined {
    return this.agents.get(agentId)!.decision;
  }

  private look(): Outcome {
    const { nowMs, blind, releasedAtMs } = this;
    return decideConditions({
      ...{ nowMs, blind, releasedAtMs, holdDownsMs: HOLD_DOWNS_MS },
      agents: [...this.agents.values()],
    });
  }
}

describe('the hold-down of a tier', () => {
  it.each([
    [1_000, 30],
    [5_000, 100],
    [15_000, 300],
    [60_000, 300],
  ])('of %i ms is %i s', (intervalMs, seconds) => {
    expect(holdDownMs(intervalMs, 300 * S)).toBe(seconds * S);
  });
});

describe('an agent', () => {
  it('is ok after its first report, and unheard after one minute without one', () => {
    const fleet = new Fleet('a').joins('b', false).passes(60);
    expect(fleet.log).toEqual([]);
    expect(fleet.passes(4).log).toEqual(['b unheard 0']);
    expect(fleet.passes(600).log).toEqual(['b unheard 0']);
    expect(fleet.returns('b').passes(4).log).toEqual(['b unheard 0', 'b ok 0']);
  });

  it('keeps its targets while silent until the hold-down of their tier expires', () => {
    const fleet = new Fleet('a', 'b', 'c').falls('a').passes(20);
    expect(fleet.log).toEqual(['a silent 0']);
    expect(fleet.passes(78).log).toEqual(['a silent 0']);
    expect(fleet.passes(4).log).toEqual(['a silent 0', 'a silent 100']);
    expect(fleet.passes(200).log).toEqual(['a silent 0', 'a silent 100', 'a silent 300']);
    expect(fleet.decision('a')?.cause).toBe('no report, for 300 s');
  });

  it('moves nothing if it returns within the hold-down', () => {
    expect(new Fleet('a', 'b', 'c').falls('a').passes(60).returns('a').passes(600).log).toEqual([
      'a silent 0',
      'a ok 0',
    ]);
  });

  it('gets its targets back only after it was stable for the length of the hold-down', () => {
    const fleet = new Fleet('a', 'b', 'c').falls('a').passes(120).returns('a').passes(60);
    expect(fleet.log.slice(2)).toEqual(['a returning 100']);
    fleet.falls('a').passes(20).returns('a').passes(98);
    expect(fleet.log.slice(3)).toEqual(['a silent 100', 'a returning 100']);
    expect(fleet.passes(10).log.slice(5)).toEqual(['a ok 0']);
  });

  it('must be stable for twice as long after each move when it flaps, so its targets move less and less often', () => {
    const fleet = new Fleet('a', 'b', 'c');
    for (let hour = 0; hour < 8 * 3_600; hour += 220) fleet.falls('a').passes(116).returns('a').passes(104);
    // Without damping, this would happen 130 times.
    expect(fleet.log.filter((line) => line === 'a ok 0')).toHaveLength(1);
    expect(fleet.decision('a')).toMatchObject({ condition: 'returning', moves: 2 });
    expect(fleet.decision('a')?.cause).toBe('reports again, gets its targets back after it is stable for 200 s');
  });

  it('is no longer damped after being ok for one hour', () => {
    const fleet = new Fleet('a', 'b', 'c');
    const comesAndGoes = (okForS: number): number => {
      fleet.falls('a').passes(120).returns('a');
      while (fleet.decision('a')!.condition !== 'ok') fleet.passes(2);
      fleet.passes(okForS);
      return fleet.decision('a')!.moves;
    };
    expect([300, 300, 300, 300, 300, 300, 300].map(comesAndGoes)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const { sinceMs } = fleet.decision('a')!;
    expect(comesAndGoes(3_600)).toBe(8);
    // 100 s doubled seven times exceeds the maximum of one hour.
    expect(fleet.decision('a')!.cause).toBe('stable for 3600 s');
    expect(fleet.decision('a')!.sinceMs - sinceMs).toBeLessThan(2 * 3_600 * S);
    expect(comesAndGoes(300)).toBe(1);
  });

  it('is treated like a silent one while it cannot probe, with the reported cause', () => {
    const fleet = new Fleet('a', 'b', 'c').reports('a', 'executor icmp_ping is deaf').passes(104);
    expect(fleet.log).toEqual(['a unable 0', 'a unable 100']);
    expect(fleet.decision('a')?.cause).toBe('executor icmp_ping is deaf, for 100 s');
    expect(fleet.falls('a').passes(20).log.slice(2)).toEqual(['a silent 100']);
  });
});

describe('when most agents are silent at the same time', () => {
  it('the watch has lost its link: nothing moves, regardless of the duration', () => {
    const fleet = new Fleet('a', 'b', 'c').falls('a', 'b').passes(3_600);
    expect(fleet.log).toEqual(['a silent 0', 'b silent 0']);
    expect(fleet.holding).toContain('2 of 3 agents send no reports');
  });

  it('the hold-down starts when the link is back, also for agents that stay silent', () => {
    const fleet = new Fleet('a', 'b', 'c', 'd').falls('a', 'b', 'c', 'd').passes(1_200);
    // Two of four report again: exactly half is silent.
    fleet.returns('c', 'd').passes(96);
    expect(fleet.holding).toBeNull();
    expect(fleet.log.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    fleet.returns('b').passes(8);
    expect(fleet.log.filter((line) => !line.endsWith(' 0'))).toEqual(['a silent 100']);
  });

  it('agents whose targets were moved before do not count', () => {
    const fleet = new Fleet('a', 'b', 'c').falls('a').passes(320).falls('b').passes(110);
    expect(fleet.log.at(-1)).toBe('b silent 100');
    expect(fleet.falls('c').passes(3_600).log.at(-1)).toBe('c silent 0');
  });

  it('nothing moves while reports are not consumed', () => {
    const fleet = new Fleet('a', 'b', 'c', 'd').falls('a');
    fleet.blind = '40 agent reports not consumed yet';
    expect(fleet.passes(600).log).toEqual(['a silent 0']);
    expect(fleet.holding).toBe('40 agent reports not consumed yet');
    fleet.blind = null;
    expect(fleet.passes(104).log).toEqual(['a silent 0', 'a silent 100']);
  });
});
