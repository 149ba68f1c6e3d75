import { describe, expect, it } from 'vitest';
import { AGENT_NAME_LENGTH_MAX, agentNameOf, isAgentName } from './agent-identity';

describe('the default name of an agent', () => {
  it.each([
    ['pop_fra_1', 'pop-fra-1'],
    ['pop-1.example.net', 'pop-1.example.net'],
    ['_pop-', 'pop'],
    ['Küche', 'K-che'],
    ['x'.repeat(64), 'x'.repeat(63)],
    [`${'x'.repeat(62)}.example.net`, 'x'.repeat(62)],
  ])('is its host name %j, made a valid agent name', (host, name) => {
    expect(agentNameOf(host)).toBe(name);
    expect(isAgentName(name)).toBe(true);
    expect(name.length).toBeLessThanOrEqual(AGENT_NAME_LENGTH_MAX);
  });

  it('is empty when no character of the host name is valid in an agent name', () => {
    expect(agentNameOf('___')).toBe('');
    expect(isAgentName('')).toBe(false);
  });
});
