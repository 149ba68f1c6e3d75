import { describe, expect, it } from 'vitest';
import { readTelemetry } from './telemetry';

const AT = '2026-11-22T10:00:00.000Z';
const NUMBERS = [
  ...['assignmentVersion', 'targets', 'probesPerS', 'resultsPerS', 'cpuCores', 'executorCpuCores', 'rssBytes'],
  ...['spoolBlocks', 'spoolBytes', 'spoolOldestS', 'spoolQuarantined', 'droppedResults', 'notSentPerS'],
  ...['clockOffsetMs', 'policyRefusedTargets'],
];
const REPORT = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, 0])),
  ...{ at: AT, startedAt: AT, agentVersion: '0.1.0', executors: [] },
};

const TRACES = { made: 0, waiting: 0, spooled: 0, dropped: {}, roundDays: null, paused: null };

describe('the telemetry about a policy file and about evidence', () => {
  it('has the refused targets by reason, also by reasons to come, and why a changed file cannot be used', () => {
    const policyFault = { since: AT, detail: 'The policy is invalid: allow.0 is not a range.' };
    const report = { ...REPORT, policyRefused: { denied: 2, a_reason_to_come: 1 }, policyFault };
    expect(readTelemetry(report)).toEqual(report);
  });

  it('has what was not believed by reason, also by reasons to come', () => {
    const unmeasured = { foreign_reply: 12, a_reason_to_come: 1 };
    const report = {
      ...REPORT,
      notBelieved: { late_reply: 3, a_reason_to_come: 1 },
      unmeasured,
      confirming: { bursts: 2 },
    };
    expect(readTelemetry(report)).toEqual(report);
  });

  it('has the traces, also with reasons to come', () => {
    const traces = { made: 3, waiting: 1, spooled: 2, dropped: { to_come: 4 }, roundDays: 1.5, paused: 'to_come' };
    expect(readTelemetry({ ...REPORT, traces: { ...traces, more: 1 } })).toEqual({ ...REPORT, traces });
  });

  it.each([
    ...[[], { paused: -1 }, { paused: 'x' }].flatMap((bad) => [
      { notBelieved: bad },
      { unmeasured: bad },
      { confirming: bad },
    ]),
    ...[null, {}, { made: -1 }, { ...TRACES, dropped: [] }, { ...TRACES, roundDays: '1' }].map((traces) => ({
      traces,
    })),
    { traces: { ...TRACES, paused: 'x y' } },
    ...[[], { 'no word': 1 }, { denied: -1 }, { denied: '1' }].map((policyRefused) => ({ policyRefused })),
    { policyRefused: Object.fromEntries(Array.from({ length: 33 }, (_, at) => ['a'.repeat(at + 1), 1])) },
    ...[null, { since: AT }, { since: 'now', detail: 'a' }].map((policyFault) => ({ policyFault })),
    ...['a\u0007', 'a'.repeat(501)].map((detail) => ({ policyFault: { since: AT, detail } })),
  ])('is refused with a pointer to its field: %j', (wrong) => {
    const pointer = `#/${Object.keys(wrong)[0]}`;
    expect(() => readTelemetry({ ...REPORT, ...wrong })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });
});
