import { type CommandReport, type CommandResult, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import type { Trace } from '@icmp-mon/paths/contract';
import { describe, expect, it } from 'vitest';
import { foldResults } from './fold-results';
import { readReport } from './read-report';
import { readResult } from './read-result';

const ID = '01936d2e-7c1a-7b3e-9a51-0242ac120010';
const AGENT = '01936d2e-7c1a-7b3e-9a51-0242ac120003';
const AT = '2026-11-22T10:00:00.000Z';
const completed: CommandReport = {
  ...{ commandId: ID, state: 'completed', trail: [{ afterMs: 1.5, text: 'sent' }] },
  attempts: [{ sentAt: AT, outcome: 'reply', rttUs: 1_234 }],
};
const failed: CommandReport = {
  ...{ commandId: ID, state: 'failed', reason: 'refused', detail: 'no', attempts: [], trail: [] },
};
const FACTS = {
  httpStatus: 503,
  phases: { connectUs: 200, tlsUs: 1_500, firstByteUs: 9_000, totalUs: null, certificateEndsAt: AT },
  dns: { rcode: 'NXDOMAIN', records: ['192.0.2.7'] },
};
const withFacts: Extract<CommandReport, { state: 'completed' }> = {
  ...{ commandId: ID, state: 'completed', trail: [] },
  attempts: [{ sentAt: AT, outcome: 'mismatch', rttUs: null, ...FACTS }],
};
/** A report with one fact that is not valid. */
const wrong = (more: object) => ({ ...withFacts, attempts: [{ ...withFacts.attempts[0], ...more }] });
const result = (report: CommandReport, agentId = AGENT): CommandResult => ({
  ...{ kind: 'report', agentId, receivedAt: AT, report },
});
const trace = { target: '192.0.2.9', startedAtMs: 5, addresses: ['192.0.2.1'], rounds: [[[0, 9], 'waiting']] } as const;
const names = { '192.0.2.1': 'r1.example.net' };
const progress = (number = 1, round: Trace['rounds'][number] = trace.rounds[0]): CommandReport => ({
  ...{ commandId: ID, state: 'progress', number, trace: { ...trace, rounds: [round] }, names },
});
const EXPIRY: CommandResult = { kind: 'expiry', commandId: ID };

/** A trace whose names are valid one by one. */
function manyNames(): object {
  const addresses = Array.from({ length: 60 }, (_, at) => `198.51.100.${at}`);
  const named = Object.fromEntries(addresses.map((address) => [address, 'n'.repeat(253)]));
  return { ...progress(), trace: { ...trace, addresses }, names: named };
}

describe('a report of an agent', () => {
  it.each<CommandReport>([
    { commandId: ID, state: 'received' },
    ...[completed, failed, withFacts, progress(), { ...completed, trace, names }, { ...failed, trace, names: {} }],
  ])('is read: %j', (report) => {
    expect(readReport({ ...report, surprise: 1 })).toEqual(report);
  });

  it.each(['r1 100.0% 10', 'r1\u202egnp', '<b>r1</b>'])('has only host names of hops, not %j', (name) => {
    expect(readReport({ ...progress(), names: { '192.0.2.1': name } })).toEqual({ ...progress(), names: {} });
  });

  it.each<[string, unknown]>([
    ['no object', 7],
    ['no id', { ...completed, commandId: 'x' }],
    ['an unknown state', { ...completed, state: 'praised' }],
    ['no reason', { ...failed, reason: undefined }],
    ['a reason of two words', { ...failed, reason: 'a b' }],
    ['a control character', { ...failed, detail: 'a\u0000b' }],
    ['a long detail', { ...failed, detail: 'x'.repeat(REPORT_LIMITS.detailLength + 1) }],
    ['an unknown outcome', { ...completed, attempts: [{ sentAt: AT, outcome: 'maybe', rttUs: null }] }],
    ['a negative round trip', { ...completed, attempts: [{ sentAt: AT, outcome: 'reply', rttUs: -1 }] }],
    ['no time', { ...completed, attempts: [{ sentAt: 'now', outcome: 'reply', rttUs: 1 }] }],
    ['too many attempts', { ...completed, attempts: Array(REPORT_LIMITS.attempts + 1).fill(completed.attempts[0]) }],
    ['a long line', { ...completed, trail: [{ afterMs: 1, text: 'x'.repeat(REPORT_LIMITS.trailTextLength + 1) }] }],
    ['a status of two digits', wrong({ httpStatus: 20 })],
    ['a phase as a text', wrong({ phases: { ...FACTS.phases, tlsUs: '1' } })],
    ['no phases', wrong({ phases: null })],
    ['an end of a certificate without a time', wrong({ phases: { ...FACTS.phases, certificateEndsAt: 'soon' } })],
    ['a response code in lower case', wrong({ dns: { rcode: 'noerror', records: [] } })],
    ['too many records', wrong({ dns: { rcode: 'NOERROR', records: Array(REPORT_LIMITS.records + 1).fill('x') } })],
    ['a long record', wrong({ dns: { rcode: 'NOERROR', records: ['x'.repeat(REPORT_LIMITS.recordLength + 1)] } })],
    ['progress without a trace', { ...progress(), trace: undefined }],
    ['progress without a number', { ...progress(), number: undefined }],
    ['progress with half a number', progress(0.5)],
    ['progress with a large number', progress(REPORT_LIMITS.progressNumber + 1)],
    ['a trace with unknown addresses', { ...completed, trace: { ...trace, rounds: [[[7, 1]]] } }],
    ['a trace of too many rounds', { ...completed, trace: { ...trace, rounds: Array(21).fill([]) } }],
    ['a name of another address', { ...progress(), names: { '192.0.2.77': 'x' } }],
    ['a name of the prototype', JSON.parse(`{"__proto__": {}, "constructor": "x"}`)],
    ['a long name', { ...progress(), names: { '192.0.2.1': 'x'.repeat(254) } }],
    ['a name with a control character', { ...progress(), names: { '192.0.2.1': 'a\u001b[2J' } }],
    ['names that are a list', { ...progress(), names: ['x'] }],
    ['too many names', manyNames()],
    ['a newline', { ...completed, trail: [{ afterMs: 1, text: 'a\nb' }] }],
  ])('is refused: %s', (_what, report) => {
    expect(readReport(report)).toBeNull();
  });
});

describe('a message of the topic', () => {
  const read = (value: unknown) => readResult({ value: Buffer.from(JSON.stringify(value)) });

  it('is a report or an expiry', () => {
    expect(read(result(completed))).toEqual(result(completed));
    expect(read(EXPIRY)).toEqual(EXPIRY);
  });

  it.each<[string, Buffer | null]>([
    ['empty', null],
    ['not JSON', Buffer.from('{')],
    ['null', Buffer.from('null')],
    ['another kind', Buffer.from('{"kind":"praise"}')],
    ['without an agent', Buffer.from(JSON.stringify({ ...result(completed), agentId: 1 }))],
  ])('is poison: %s', (_what, value) => {
    expect(() => readResult({ value })).toThrow();
  });
});

describe('the results of a command', () => {
  it('count once per agent: its first end', () => {
    const received = result({ commandId: ID, state: 'received' });
    const { parts, hasExpired } = foldResults([received, result(completed), result(failed), received]);
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ agentId: AGENT, state: 'completed', receivedAt: AT });
    expect(hasExpired).toBe(false);
  });

  it('keep the newest trace, which no end removes, and no progress after it', () => {
    const fold = (...reports: CommandReport[]) => foldResults(reports.map((report) => result(report))).parts[0];
    const newest = fold(progress(1), progress(3, [[0, 3]]), progress(2, [[0, 2]]));
    expect(newest).toMatchObject({ state: 'running', progress: 3, trace: { rounds: [[[0, 3]]] }, names });
    expect(fold(progress(3, [[0, 3]]), failed)).toMatchObject({
      state: 'failed',
      trace: { rounds: [[[0, 3]]] },
      names,
    });
    const ended = { ...completed, trace: { ...trace, rounds: [] }, names: {} };
    expect(fold(progress(3), ended, progress(4))).toMatchObject({
      state: 'completed',
      trace: { rounds: [] },
      names: {},
    });
    expect(fold(progress(2), { commandId: ID, state: 'received' })).toMatchObject({ state: 'running', progress: 2 });
    expect(fold({ commandId: ID, state: 'received' })).toMatchObject({ trace: null, names: {}, progress: 0 });
  });

  it('count up to the expiry only', () => {
    const { parts, hasExpired } = foldResults([result(failed), EXPIRY, result(completed, ID)]);
    expect(parts.map(({ agentId }) => agentId)).toEqual([AGENT]);
    expect(hasExpired).toBe(true);
  });
});
