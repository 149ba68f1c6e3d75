import { describe, expect, it } from 'vitest';
import { isPlainAddress } from './plain-address';
import { readTraceReport } from './read-trace-report';
import { TRACE_REPORT_LIMITS } from './trace-report';
import { repeated, TARGET } from './traces.test-data';

const REPORT = {
  id: '01936d2e-7c1a-7b3e-9a51-0242ac120002',
  targetId: '01936d2e-7c1a-7b3e-9a51-0242ac120003',
  cause: 'schedule',
  commandId: null,
  trace: repeated('a b T'),
  end: { ok: true },
  names: { '192.0.2.97': 'core-1.example.net', [TARGET]: 'web_1.example.net' },
};

const MANY_NAMES = Object.fromEntries(Array.from({ length: TRACE_REPORT_LIMITS.names + 1 }, (_, at) => [at, 'x']));

describe('a report of a trace', () => {
  it('is read with known members only', () => {
    expect(readTraceReport({ ...REPORT, extra: 1, trace: { ...REPORT.trace, extra: 2 } })).toEqual(REPORT);
  });

  it('of the largest size has less than the stated bytes', () => {
    const addresses = Array.from(
      { length: 600 },
      (_, at) => `2001:db8:1111:2222:3333:4444:5555:${(at + 4_096).toString(16)}`,
    );
    const rounds = Array.from({ length: 20 }, (_, round) =>
      Array.from({ length: 30 }, (_, hop) => [round * 30 + hop, 60_000_000]),
    );
    const names = Object.fromEntries(addresses.map((address) => [address, 'x'.repeat(TRACE_REPORT_LIMITS.nameLength)]));
    const trace = { ...REPORT.trace, addresses, rounds };
    const end = { ok: false, reason: 'r'.repeat(32), detail: 'd'.repeat(TRACE_REPORT_LIMITS.detailLength) };
    const report = readTraceReport({ ...REPORT, trace, names, end });
    expect(report).toMatchObject({ names });
    expect(JSON.stringify(report).length).toBeLessThan(TRACE_REPORT_LIMITS.bytes);
  });

  it('of a command has the command, and how it failed', () => {
    const report = {
      ...{ ...REPORT, cause: 'command', commandId: REPORT.targetId },
      end: { ok: false, reason: 'deadline', detail: 'mtr did not end.' },
    };
    expect(readTraceReport(report)).toEqual(report);
  });

  it('keeps host names of its own addresses only', () => {
    const names = {
      ...REPORT.names,
      '192.0.2.98': '\u001b[31mred',
      '192.0.2.1': 'not-in-this-trace.example.net',
      [TARGET]: 'x'.repeat(TRACE_REPORT_LIMITS.nameLength + 1),
    };
    expect(readTraceReport({ ...REPORT, names })).toEqual({
      ...REPORT,
      names: { '192.0.2.97': 'core-1.example.net' },
    });
  });

  it.each([
    ['a list', [], 'a report must be an object'],
    ['an id of another version', { ...REPORT, id: REPORT.id.replace('-7b', '-4b') }, 'id must be'],
    ['no target', { ...REPORT, targetId: null }, 'targetId must be'],
    ['an unknown cause', { ...REPORT, cause: 'mood' }, 'cause must be'],
    ['a command without its id', { ...REPORT, cause: 'command' }, 'commandId must be'],
    ['a schedule with a command', { ...REPORT, commandId: REPORT.id }, 'commandId must be'],
    ['a damaged trace', { ...REPORT, trace: { ...REPORT.trace, rounds: 7 } }, 'trace: rounds must be'],
    ['no address', { ...REPORT, trace: { ...REPORT.trace, addresses: ['1.2.3'] } }, 'trace: addresses must be'],
    ['no end', { ...REPORT, end: null }, 'end: must be'],
    ['an end of several lines', { ...REPORT, end: { ok: false, reason: 'failed', detail: 'a\nb' } }, 'end: detail'],
    ['an end without a reason', { ...REPORT, end: { ok: false, reason: 'It is', detail: '' } }, 'end: reason'],
    ['an end that is neither', { ...REPORT, end: { ok: 1 } }, 'end: ok'],
    ['names as a list', { ...REPORT, names: [] }, 'names must be'],
    ['too many names', { ...REPORT, names: MANY_NAMES }, 'names must be at most'],
  ])('with %s is refused', (_, value, error) => {
    expect(readTraceReport(value)).toContain(error);
  });
});

describe('a plain address', () => {
  it.each(['0.0.0.0', '255.255.255.255', '::', '::1', 'fe80::1', '2001:db8:0:0:0:0:0:1', '::ffff:192.0.2.1'])(
    'is %s',
    (text) => expect(isPlainAddress(text)).toBe(true),
  );

  it.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4/8', '1::2::3', ':1', '1:', '1:2:3:4:5:6:7', 'FE80::1'])(
    'is not "%s"',
    (text) => expect(isPlainAddress(text)).toBe(false),
  );

  it.each(['fe80::1%eth0', '1:2:3:4:5:6:7:8:9', '12345::', '::1.2.3', '1:2:3:4:5:6:7::8', '1.2.3.4::', 7])(
    'is not %s either',
    (text) => expect(isPlainAddress(text)).toBe(false),
  );
});
