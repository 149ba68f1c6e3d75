// The entry of the UI kit also exports components, which need the compiler outside a build.
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
  capacityPps: null,
  setByOperator: [],
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
  it('is a version below the minimum', () => {
    const outdated = { ...agent(), outdated: { since: '2026-03-01T11:00:00.000Z', versionMin: '0.2.0' } };
    expect(agentTrouble(outdated, NOW)).toBe('outdated (below 0.2.0): new targets prefer other ready agents');
    expect(agentTrouble({ ...agent(), outdated: null }, NOW)).toBeNull();
    const late = { ...outdated, telemetry: { ...telemetry, spoolOldestS: 90 } };
    expect(agentTrouble(late, NOW), 'the worse problem first').toMatch(/delayed by/);
  });

  it('is not a name or region that an operator set in place of that of the settings', () => {
    const renamed = agent({ configured: { name: 'old', region: 'local' } });
    expect(agentTrouble(renamed, NOW)).toContain('are not in force');
    expect(agentTrouble({ ...renamed, setByOperator: ['name'] }, NOW)).toBeNull();
    const moved = agent({ configured: { name: 'local', region: 'old' } });
    expect(agentTrouble({ ...moved, setByOperator: ['name'] }, NOW)).toContain('are not in force');
    expect(agentTrouble({ ...moved, setByOperator: ['region'] }, NOW)).toBeNull();
  });

  it('is null for an agent that measures', () => {
    expect(agentTrouble(agent(), NOW)).toBeNull();
    expect(agentTrouble(agent({ lateMs: 900, unmeasuredPerS: 0 }), NOW)).toBeNull();
    const idle = [{ type: 'icmp_ping', state: 'idle', detail: 'nothing assigned' }] as const;
    expect(agentTrouble(agent({ executors: [...idle] }), NOW)).toBeNull();
  });

  it('reports a lost connection before anything else', () => {
    const executors = [{ type: 'icmp_ping', state: 'missing', detail: 'fping is missing' }] as const;
    expect(agentTrouble(agent({ executors: [...executors] }, 'lost'), NOW)).toBe('no report for 2 min');
    expect(agentTrouble(agent({}, 'unknown'), NOW)).toBe('unknown: agent reports are not being consumed, see Health');
    expect(agentTrouble(agent({}, 'enrolled'), NOW)).toBe('enrolled, no report yet');
    expect(agentTrouble({ ...agent(), telemetry: null }, NOW)).toBe('no report yet');
  });

  it.each<[Partial<AgentTelemetry>, RegExp]>([
    [
      { executors: [{ type: 'icmp_ping', state: 'missing', detail: 'fping is missing: install fping' }] },
      /install fping/,
    ],
    [
      { executors: [{ type: 'icmp_ping', state: 'deaf', detail: 'fping 5.1 receives nothing. See it.' }] },
      /^fping 5\.1 receives nothing$/,
    ],
    [{ anchors: [{ ip: '192.0.2.1', state: 'silent' }] }, /^its anchors fail too: its uplink may be out$/],
    [{ lateMs: 2_300 }, /^probes up to 2\.3 s late/],
    [{ unmeasuredPerS: 0.5 }, /the agent reports no reason: 0\.5.* probes per second without a result$/],
    [{ lateMs: 2_300, unmeasuredPerS: 0.5 }, /without a result, probes up to 2\.3 s late$/],
    [
      { unmeasuredPerS: 0.5, unmeasured: { too_slow: 3, foreign_reply: 27 } },
      /^replies come from another address than the probed one: 0\.5.* probes per second without a result$/,
    ],
    [{ unmeasuredPerS: 0.5, unmeasured: { too_slow: 30 } }, /^cannot keep the probing rate: /],
    [{ unmeasuredPerS: 0.5, unmeasured: { a_reason_to_come: 30 } }, /reports no reason/],
    [{ droppedResults: 1_200 }, /1,200 results dropped: spool full/],
    [{ spoolQuarantined: 2 }, /2 unreadable blocks/],
    [{ notSentPerS: 0.5 }, /refuses to send/],
    [{ policyRefusedTargets: 3 }, /refuses 3 assigned targets$/],
    [{ policyRefusedTargets: 1 }, /refuses 1 assigned target$/],
    [{ policyRefusedTargets: 3, policyFault: { since: '', detail: '' } }, /changed policy file cannot be used/],
    [{ spoolOldestS: 90 }, /delayed by 1 min/],
    [{ clockOffsetMs: -2_000 }, /^clock 2\.0 s behind: results get corrected times$/],
    [{ clockOffsetMs: 7_200_000 }, /^clock 2 h 00 min ahead: /],
  ])('reports %j', (more, sentence) => {
    expect(agentTrouble(agent(more), NOW)).toMatch(sentence);
  });
});
