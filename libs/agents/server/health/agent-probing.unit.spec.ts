import type { HealthRow } from '@icmp-mon/operations/contract';
import { describe, expect, it } from 'vitest';
import { probingCause, probingComplaint, type ProbingReport, probingState } from './agent-probing';

const WELL: ProbingReport = {
  executor_state: null,
  executor_detail: null,
  unmeasured_per_s: 0,
  unmeasured: {},
  late_ms: 40,
  anchors_silent: false,
};
const FOREIGN = { unmeasured_per_s: 1, unmeasured: { foreign_reply: 60, too_slow: 2 } };
const STARVED = { unmeasured_per_s: 1, unmeasured: { too_slow: 60 } };
const NO_SOURCE = { executor_state: 'source_missing', executor_detail: 'Add 192.0.2.1.' };

const rowsOf = (reports: Partial<ProbingReport>[]): HealthRow[] =>
  reports.map((report, index) => {
    const all = { ...WELL, ...report };
    const anchors = all.anchors_silent === true ? 'silent' : null;
    const values = { agent: `agent ${index}`, cause: probingCause(all), executorDetail: all.executor_detail, anchors };
    return { state: probingState(all), values };
  });

describe('why probes of agents have no result', () => {
  it('is nothing while they have one, and for older agents, which report less', () => {
    expect(probingComplaint(rowsOf([{}, { unmeasured_per_s: null, unmeasured: null, late_ms: null }]))).toBeNull();
    expect([probingCause(undefined), probingState(undefined)]).toEqual([null, 'ok']);
  });

  it('is stated once per cause, worst first, with the remedy of the first', () => {
    const rows = rowsOf([FOREIGN, FOREIGN, STARVED, NO_SOURCE, {}]);
    expect(probingComplaint(rows)).toEqual([
      '1 of 5 agents: the machine does not have the source address of a check; only its pings have no data (agent 3); ' +
        '1 of 5 agents: cannot keep the probing rate (agent 2); ' +
        '2 of 5 agents: replies come from another address than the probed one (agent 0, agent 1)',
      'agent 3: Add 192.0.2.1.',
    ]);
    expect(rows.map(({ state }) => state)).toEqual(['attention', 'attention', 'attention', 'attention', 'ok']);
  });

  it('does not call an agent slow whose replies come from another address', () => {
    const [text, advice] = probingComplaint(rowsOf([FOREIGN, {}])) ?? [];
    expect(text).toBe('1 of 2 agents: replies come from another address than the probed one (agent 0)');
    expect(advice).toContain('probe the address that replies');
  });

  it('names silent anchors between executors and the pace', () => {
    const [text] = probingComplaint(rowsOf([STARVED, { anchors_silent: true }, { executor_state: 'deaf' }])) ?? [];
    expect(text?.split('; ')).toEqual([
      '1 of 3 agents: an executor receives no replies (agent 2)',
      '1 of 3 agents reach no anchor: agent 1',
      '1 of 3 agents: cannot keep the probing rate (agent 0)',
    ]);
  });

  it.each([
    [{ policy_rate: 3 }, /policy file allows too few packets per second/],
    [{ paused: 3 }, /did not run all the time/],
    [{ packets_dropped: 3 }, /kernel drops packets/],
    [{ clock_set: 3 }, /clock was set/],
    [{ deaf: 3 }, /receives nothing/],
    [{ executor_failed: 3 }, /executor failed/],
    [{ a_reason_to_come: 3 }, /reports no reason/],
    [null, /reports no reason/],
  ])('names %j', (unmeasured, cause) => {
    expect(probingCause({ ...WELL, unmeasured_per_s: 0.1, unmeasured })).toMatch(cause);
  });

  it('counts executors in states of newer agents', () => {
    const [text, advice] = probingComplaint(rowsOf([{ executor_state: 'to_come', executor_detail: 'Do it.' }])) ?? [];
    expect([text, advice]).toEqual(['1 of 1 agent: an executor has a fault (agent 0)', 'agent 0: Do it.']);
  });
});
