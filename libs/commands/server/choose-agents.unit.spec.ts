import type { AgentConnection, ServiceAgent } from '@icmp-mon/agents/contract';
import { COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import { describe, expect, it } from 'vitest';
import { type Choice, chooseAgents } from './choose-agents';

const agent = (id: string, region = 'eu', connection: AgentConnection = 'connected'): ServiceAgent => ({
  ...{ id, name: id, region, provider: `of ${id}`, connection, lastSeenAt: null },
});
const FLEET = [agent('a'), agent('b', 'us', 'lost'), agent('c', 'us'), agent('d', 'eu')];
const chosen = (choice: Partial<Choice>, fleet = FLEET): string[] =>
  chooseAgents(fleet, { agents: undefined, choice: 'assigned', selected: [], onlySelected: false, ...choice }).map(
    ({ id }) => id,
  );

describe('the agents of a command', () => {
  it('are the ones selected for the target, ones that are away last', () => {
    expect(chosen({ selected: ['d', 'b'] })).toEqual(['d', 'b']);
  });

  it('are one of each region or provider, connected and selected ones first', () => {
    expect(chosen({ choice: 'one_per_region', selected: ['d'] })).toEqual(['d', 'c']);
    expect(chosen({ choice: 'one_per_region', selected: ['b'] })).toEqual(['a', 'c']);
    expect(chosen({ choice: 'one_per_provider' })).toEqual(['a', 'c', 'd', 'b']);
    expect(chosen({ choice: 'all' })).toHaveLength(4);
  });

  it('are the listed ones', () => {
    expect(chosen({ agents: ['b', 'a'] })).toEqual(['a', 'b']);
  });

  it.each<[string, Partial<Choice>, ServiceAgent[]?]>([
    ['No agent is selected for the target', {}],
    ['No agent is in service', { choice: 'all' }, []],
    ['x is not an agent in service. GET /api/v1/agents', { agents: ['a', 'x'] }],
    ['Within your scope', { agents: ['a'], selected: ['b'], onlySelected: true }],
    ['Within your scope', { choice: 'all', selected: ['b'], onlySelected: true }],
    [
      `a command has at most ${COMMAND_LIMITS.agents}`,
      { choice: 'all' },
      Array.from({ length: COMMAND_LIMITS.agents + 1 }, (_, at) => agent(`n${at}`)),
    ],
  ])('are refused: %s', (text, choice, fleet) => {
    expect(() => chosen(choice, fleet)).toThrow(text);
  });

  it('may be the selected ones for a caller with a scope', () => {
    expect(chosen({ selected: ['a'], onlySelected: true })).toEqual(['a']);
  });
});
