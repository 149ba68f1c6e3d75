import '@angular/compiler';
import type { AgentTelemetry, AgentView } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { JOIN_PATIENCE_MS, type JoinAttempt, joinProgress, RESULT_PATIENCE_MS } from './join-progress';

const ENROLLED_MS = Date.parse('2026-03-01T12:00:00Z');

const agent = (fields: Partial<AgentView> = {}, report?: Partial<AgentTelemetry>): AgentView =>
  ({
    name: 'fra-1',
    enrolledAt: new Date(ENROLLED_MS).toISOString(),
    state: 'active',
    connection: 'connected',
    cloneSuspectedAt: null,
    assignedTargets: 0,
    telemetry:
      report === undefined
        ? null
        : { startedAt: '2026-03-01T12:00:00Z', resultsPerS: 0, executors: [], clockOffsetMs: 0, ...report },
    ...fields,
  }) as AgentView;

const attempt: JoinAttempt = {
  name: 'fra-1',
  before: undefined,
  now: undefined,
  enrolUrl: 'https://monitor.example.net:8444',
  waitedMs: 0,
  nowMs: ENROLLED_MS,
};

describe('the progress of a joining machine', () => {
  it('waits, and after the patience time lists what to check', () => {
    expect(joinProgress(attempt)).toEqual({ stage: 'waiting', text: 'Waiting for fra-1 to enrol …', checks: [] });
    const late = joinProgress({ ...attempt, waitedMs: JOIN_PATIENCE_MS });
    expect(late.checks.join(' ')).toContain('curl -k https://monitor.example.net:8444/v1/ca');
  });

  it('shows that the agent is connected, and the time to its first result', () => {
    expect(joinProgress({ ...attempt, now: agent() })).toMatchObject({ stage: 'joined', checks: [] });
    expect(joinProgress({ ...attempt, now: agent({}, { firstResultAfterMs: 3_010 }) })).toEqual({
      stage: 'measures',
      text: 'fra-1 is connected, first result after 3.0 s',
      checks: [],
    });
    const older = agent({}, { resultsPerS: 0.2 });
    expect(joinProgress({ ...attempt, now: older }).text).toBe('fra-1 is connected and sends results');
  });

  it('names what prevents results', () => {
    const nowMs = ENROLLED_MS + RESULT_PATIENCE_MS;
    const checksOf = (now: AgentView): string => joinProgress({ ...attempt, now, nowMs }).checks.join(' ');
    expect(checksOf(agent())).toContain('journalctl -u icmp-mon-agent');
    expect(checksOf(agent({}, {}))).toContain('No target is assigned to it');
    expect(checksOf(agent({ assignedTargets: 2 }, {}))).toContain('2 targets but no result yet');
    const executors = [{ type: 'icmp_ping', state: 'missing' as const, detail: 'fping is missing. Install it.' }];
    expect(checksOf(agent({}, { executors }))).toContain('Its state: fping is missing.');
  });

  it('counts the agent as the new machine only once that has enrolled and reported', () => {
    const before = agent({}, { firstResultAfterMs: 9_000 });
    expect(joinProgress({ ...attempt, before, now: before }).stage).toBe('waiting');
    const enrolledAt = new Date(ENROLLED_MS + 1).toISOString();
    expect(joinProgress({ ...attempt, before, now: { ...before, enrolledAt } }).stage).toBe('joined');
    const now = agent({ enrolledAt }, { startedAt: '2026-03-01T13:00:00Z', firstResultAfterMs: 2_000 });
    expect(joinProgress({ ...attempt, before, now }).text).toBe('fra-1 is connected, first result after 2.0 s');
  });
});
