// The UI kit's entry holds components too, which need the compiler outside a build.
import '@angular/compiler';
import type { AgentTelemetry, AgentView } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { agentTrouble } from './agent-trouble';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const telemetry: AgentTelemetry = {
  at: '2026-03-01T11:59:58.000Z',
  agentVersion: '0.1.0',
  startedAt: '2026-03-01T11:00:00.000Z',
  assignmentVersion: 3,
  targets: 8,
  probesPerS: 0.5,
  resultsPerS: 0.5,
  cpuCores: 0.02,
  executorCpuCores: 0.01,
  rssBytes: 80_000_000,
  spoolBlocks: 0,
  spoolBytes: 0,
  spoolOldestS: 0,
  spoolQuarantined: 0,
  droppedResults: 0,
  notSentPerS: 0,
  clockOffsetMs: 0.4,
  policyRefusedTargets: 0,
  executors: [{ type: 'icmp_ping', state: 'ok', detail: 'fping works' }],
};
const agent = (more: Partial<AgentTelemetry> = {}, connection: AgentView['connection'] = 'connected'): AgentView => ({
  id: 'a',
  name: 'local',
  region: 'local',
  provider: 'local',
  tags: {},
  state: 'active',
  stateSince: '2026-03-01T11:00:00.000Z',
  stateReason: null,
  thenRetire: false,
  cloneSuspectedAt: null,
  uncounted: [],
  sharedBy: [],
  enrolledAt: '2026-03-01T11:00:00.000Z',
  certificateNotAfter: '2026-06-01T11:00:00.000Z',
  connection,
  lastSeenAt: '2026-03-01T11:58:00.000Z',
  assignedTargets: 8,
  telemetry: { ...telemetry, ...more },
  version: 1,
});

describe('agentTrouble', () => {
  it('is null for an agent that measures', () => {
    expect(agentTrouble(agent(), NOW)).toBeNull();
    expect(agentTrouble(agent({ lateMs: 900, unmeasuredPerS: 0 }), NOW)).toBeNull();
    const idle = [{ type: 'icmp_ping', state: 'idle', detail: 'nothing assigned' }] as const;
    expect(agentTrouble(agent({ executors: [...idle] }), NOW)).toBeNull();
  });

  it('says first that the agent is not heard', () => {
    const executors = [{ type: 'icmp_ping', state: 'missing', detail: 'fping is missing' }] as const;
    expect(agentTrouble(agent({ executors: [...executors] }, 'lost'), NOW)).toBe('not heard for 2 min');
    expect(agentTrouble(agent({}, 'unknown'), NOW)).toBe('not known: reports are not read, see Health');
    expect(agentTrouble(agent({}, 'enrolled'), NOW)).toBe('has joined, but has not reported yet');
    expect(agentTrouble({ ...agent(), telemetry: null }, NOW)).toBe('has not reported yet');
  });

  it.each<[Partial<AgentTelemetry>, RegExp]>([
    [
      { executors: [{ type: 'icmp_ping', state: 'missing', detail: 'fping is missing: install fping' }] },
      /install fping/,
    ],
    [
      { executors: [{ type: 'icmp_ping', state: 'deaf', detail: 'fping 5.1 hears nothing. See it.' }] },
      /^fping 5\.1 hears nothing$/,
    ],
    [{ lateMs: 2_300 }, /^it probes up to 2\.3 s late/],
    [{ unmeasuredPerS: 0.5 }, /0\.5.* of its probes per second have no result: see its log/],
    [{ lateMs: 2_300, unmeasuredPerS: 0.5 }, /have no result, it probes up to 2\.3 s late/],
    [{ droppedResults: 1_200 }, /dropped 1,200 results/],
    [{ spoolQuarantined: 2 }, /cannot be read/],
    [{ notSentPerS: 0.5 }, /refuses to send/],
    [{ policyRefusedTargets: 3 }, /refuses 3 of its targets/],
    [{ spoolOldestS: 90 }, /1 min late/],
    [{ clockOffsetMs: -2_000 }, /off by 2.0 s/],
  ])('%j is said', (more, sentence) => {
    expect(agentTrouble(agent(more), NOW)).toMatch(sentence);
  });
});
