import { POLICY_RANGES_BYTES_MAX, REFUSED_KEYS_MAX } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from './parse-policy';
import { policyGauges, policyReport } from './policy-report';

const NONE = { byAddress: [], byCheck: [], tooFast: [] };

describe('the report of a policy', () => {
  it('denies the ranges that no policy can allow, and loopback unless it is allowed', () => {
    const open = policyReport(parsePolicy('deny: [192.0.2.0/24]'), NONE);
    expect(open).toMatchObject({ allow: null, stopped: false, packetsPerSecond: 10_000, refusedKeys: [] });
    expect(open.deny).toEqual(expect.arrayContaining(['224.0.0.0/4', '127.0.0.0/8', '::1', '192.0.2.0/24']));
    const local = policyReport(parsePolicy('allow: [127.0.0.0/8]'), NONE);
    expect(local.allow).toEqual(['127.0.0.0/8']);
    expect(local.deny).not.toContain('127.0.0.0/8');
  });

  it('denies the rest of loopback where a wider range allows more of it than the file lists', () => {
    const ofLoopback = (allow: string): string[] =>
      policyReport(parsePolicy(`allow: [${allow}]`), NONE).deny.filter((each) => /^127\.|^::1$/.test(each));
    expect(ofLoopback('127.0.0.8')).toEqual([]);
    expect(ofLoopback('"0.0.0.0/0", 127.128.0.0/9')).toEqual(['127.0.0.0/9']);
    expect(ofLoopback('"0.0.0.0/0", "::/0", 127.0.0.0/9, 127.192.0.0/10, 127.3.0.1')).toEqual([
      '127.128.0.0/10',
      '::1',
    ]);
    expect(ofLoopback('"0.0.0.0/0", 127.0.0.1')).toHaveLength(24);
    expect(ofLoopback('"0.0.0.0/0", "::1"')).toEqual(['127.0.0.0/8']);
  });

  it('lists keys of targets that exceed the rate or have a refused check, not of targets that its ranges refuse', () => {
    const refused = { byAddress: [1, 2], byCheck: [7], tooFast: [9, 4, 5] };
    expect(policyReport(parsePolicy('{}'), refused).refusedKeys).toEqual([4, 1, 2, 2]);
  });

  it('lists keys of targets refused by ranges that were left out', () => {
    const ranges = Array.from({ length: 8_000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
    const refused = { byAddress: [1, 2], byCheck: [], tooFast: [] };
    for (const field of ['allow', 'deny']) {
      const report = policyReport(parsePolicy(`${field}: [${ranges.join(', ')}]`), refused);
      expect(report.refusedKeys).toEqual([1, 1]);
      expect(JSON.stringify(report.deny).length).toBeLessThan(POLICY_RANGES_BYTES_MAX + 10);
      expect(report).toMatchObject({ allow: null, isCut: true });
    }
  });

  it('never exceeds the size that the gateway accepts', () => {
    const ranges = Array.from({ length: 1_800 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`).join(', ');
    const keys = Array.from({ length: 100_000 }, (_, at) => 4_000_000_000 - at * 30_000);
    const hosts = Array.from({ length: 150 }, (_, at) => `host-${at}.example.org`).join(', ');
    const policy = parsePolicy(`{allow: [${ranges}], deny: [${ranges}], httpHosts: {allow: [${hosts}]}}`);
    const report = policyReport(policy, { byAddress: keys, byCheck: [], tooFast: keys });
    expect(report.refusedKeys.length).toBeGreaterThan(REFUSED_KEYS_MAX / 2);
    expect(report.httpHosts?.allow).toHaveLength(150);
    expect(JSON.stringify(report).length).toBeLessThan(64 * 1_024);
  });

  it('lists ports, names and commands, or reports that they do not fit', () => {
    const text =
      'ports: {tcp_connect: {allow: [443, 8000-8999]}}\nhttpHosts: {deny: ["*.example.org"]}\ncommands: [mtr]';
    const report = policyReport(parsePolicy(text), NONE);
    expect(report).toMatchObject({
      ports: { tcp_connect: { allow: ['443', '8000-8999'], deny: [] } },
      httpHosts: { allow: null, deny: ['*.example.org'] },
      commands: ['mtr'],
    });
    expect(report).not.toHaveProperty('isCut');
    const hosts = Array.from({ length: 1_000 }, (_, at) => `host-${at}.example.org`);
    const cut = policyReport(parsePolicy(`httpHosts: {deny: [${hosts.join(', ')}]}`), NONE);
    expect(cut).toMatchObject({ isCut: true, commands: null });
    expect(cut).not.toHaveProperty('httpHosts');
  });
});

describe('the telemetry about a policy file', () => {
  it('has the refused targets by reason, without reasons that refuse none, and a change that is not in force', () => {
    expect(policyGauges(null, { denied: 2, not_allowed: 1, stopped: 0 })).toEqual({
      policyRefusedTargets: 3,
      policyRefused: { denied: 2, not_allowed: 1 },
    });
    const fault = { since: '2026-11-22T10:00:00.000Z', detail: 'unknown field: alow' };
    expect(policyGauges(fault, {})).toEqual({ policyRefusedTargets: 0, policyRefused: {}, policyFault: fault });
  });
});
