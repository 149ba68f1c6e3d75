import { DomainError } from '@icmp-mon/platform/errors';
import { describe, expect, it } from 'vitest';
import { checkReport, readSentReports } from './check-trace-reports';

const ID = '01900000-0000-7000-8000-000000000001';
const TARGET = { id: '01900000-0000-7000-8000-0000000000aa', ip: '192.0.2.7' };
const COMMAND = '01900000-0000-7000-8000-0000000000cc';
const TARGETS = { byKey: new Map([[7, TARGET]]), byCommand: new Map([[COMMAND, TARGET]]) };
const GOOD = {
  ...{ id: ID, targetKey: 7, cause: 'bad', commandId: null, end: { ok: true }, names: {} },
  trace: { target: '192.0.2.7', startedAtMs: 1, addresses: [], rounds: [] },
};

function check(changes: object) {
  const [sent] = readSentReports({ reports: [{ ...GOOD, ...changes }] });
  if (sent === undefined) throw new Error('no report');
  return checkReport(sent, TARGETS);
}

describe('a trace that an agent reports', () => {
  it('gets the id of its target, by key or by command', () => {
    expect(check({})).toMatchObject({ ok: true, report: { id: ID, targetId: TARGET.id } });
    const ofCommand = { cause: 'command', commandId: COMMAND, targetKey: null };
    expect(check(ofCommand)).toMatchObject({ ok: true, report: { targetId: TARGET.id, commandId: COMMAND } });
  });

  it('cannot name the id of a target', () => {
    expect(check({ targetId: ID })).toMatchObject({ ok: true, report: { targetId: TARGET.id } });
  });

  it.each([
    ['not_assigned', { targetKey: 8 }],
    ['not_assigned', { targetKey: null }],
    ['not_assigned', { targetKey: -1 }],
    ['not_assigned', { cause: 'command', commandId: ID }],
    ['other_address', { trace: { ...GOOD.trace, target: '192.0.2.8' } }],
    ['invalid', { trace: null }],
    ['invalid', { cause: 'whim' }],
    ['invalid', { commandId: COMMAND }],
    ['invalid', { end: { ok: false } }],
    ['invalid', { names: [] }],
  ])('is refused as %s: %j', (reason, changes) => {
    expect(check(changes)).toMatchObject({ ok: false, id: ID, reason });
  });
});

describe('a request with traces', () => {
  it.each([
    ['#/reports', {}],
    ['#/reports', null],
    ['#/reports', { reports: 'all' }],
    ['#/reports', { reports: Array.from({ length: 21 }, () => GOOD) }],
    ['#/reports/1/id', { reports: [GOOD, { ...GOOD, id: 'x' }] }],
    ['#/reports/0/id', { reports: [null] }],
  ])('is refused with a pointer to what is wrong: %s', (pointer, body) => {
    try {
      readSentReports(body);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      expect((error as DomainError).errors?.[0]?.pointer).toBe(pointer);
    }
  });
});
