import { COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import { describe, expect, it } from 'vitest';
import { requireFewProbes } from './target-rate';

const request = (agents: number, count: number) => ({ ip: '192.0.2.1', agents, count });

describe('the probes of one command', () => {
  it('may come from all agents that a command can have', () => {
    expect(() => requireFewProbes(request(COMMAND_LIMITS.agents, 10))).not.toThrow();
  });

  it('are refused above what an address may get, with the number that fits', () => {
    expect(() => requireFewProbes(request(200, 20))).toThrow(
      '20 probes from each of 200 agents are 4000; all commands together send an address at most 2000 per minute. ' +
        'Request at most 10 per agent, or fewer agents.',
    );
  });
});
