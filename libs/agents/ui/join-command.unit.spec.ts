import type { AgentState } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { offeredChanges } from './agent-changes';
import { joinCommand } from './join-command';

describe('joinCommand', () => {
  it('can be pasted, whatever the token contains', () => {
    const command = joinCommand({
      id: '1',
      token: "it's; rm -rf ~",
      expiresAt: '2026-03-01T12:00:00.000Z',
      uses: 1,
      agentName: null,
      region: null,
      caSha256: 'ab',
      enrolUrl: 'https://127.0.0.1:8444',
    });
    expect(command).toContain(`ICMPMON_AGENT_ENROL_TOKEN='it'\\''s; rm -rf ~'`);
    expect(command).toContain("ICMPMON_AGENT_ENROL_URL='https://127.0.0.1:8444'");
    expect(
      command
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true);
    expect(command).not.toContain('ICMPMON_AGENT_NAME');
  });

  it('names the agent and the region that the token is for', () => {
    const created = { id: '1', token: 't', expiresAt: '', uses: 1, caSha256: 'ab', enrolUrl: 'https://x' };
    const command = joinCommand({ ...created, agentName: 'lab-1', region: 'eu' });
    expect(command).toContain("ICMPMON_AGENT_NAME='lab-1'");
    expect(command).toContain("ICMPMON_AGENT_REGION='eu'");
    const place = { region: 'us', provider: 'transit' };
    expect(joinCommand({ ...created, agentName: 'lab-1', region: null }, place)).toContain(
      "ICMPMON_AGENT_PROVIDER='transit'",
    );
  });
});

describe('the changes of an agent', () => {
  it.each([
    ['active', ['drain', 'retire', 'evict', 'ban']],
    ['draining', ['cancel-drain', 'retire', 'evict', 'ban']],
    ['evicted', ['retire', 'ban']],
    ['banned', ['unban', 'retire']],
    ['retired', []],
  ] as const)('that are offered for one that is %s', (state, changes) => {
    expect(offeredChanges({ state, thenRetire: false }).map(({ change }) => change)).toEqual(changes);
  });

  it('retire at once where there is nothing to wait for, or the wait is long', () => {
    const forced = (state: AgentState, thenRetire = false): unknown =>
      offeredChanges({ state, thenRetire }).find(({ change }) => change === 'retire')?.force;
    expect([
      forced('active'),
      forced('draining'),
      forced('draining', true),
      forced('evicted'),
      forced('banned'),
    ]).toEqual([...[undefined, undefined, true, true, true]]);
  });
});
