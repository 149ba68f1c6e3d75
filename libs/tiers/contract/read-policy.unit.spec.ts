import { describe, expect, it } from 'vitest';
import { readPolicy } from './read-policy';
import { BUILT_IN_TIERS } from './tier';
import { RULE_DEFAULTS } from './verdict-rule';

const VALID = {
  probeIntervalMs: 15_000,
  probeTimeoutMs: 1_000,
  checks: [{ type: 'icmp_ping', expect: 'reachable' }],
  agentSelection: { strategy: 'distributed', count: 3 },
  verdictRule: { missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
};
const selection = (change: object): object => ({ ...VALID, agentSelection: { ...VALID.agentSelection, ...change } });
const rule = (change: object): object => ({ ...VALID, verdictRule: { ...VALID.verdictRule, ...change } });
const checks = (...list: unknown[]): object => ({ ...VALID, checks: list });
const ping = { type: 'icmp_ping', expect: 'reachable' };
const http = { type: 'http', expect: 'reachable', scheme: 'https' };

describe('a policy', () => {
  it('is completed with the defaults of its agent selection and verdict rule', () => {
    const { policy } = readPolicy(VALID);
    expect(policy).toEqual({
      ...VALID,
      agentSelection: {
        ...{ strategy: 'distributed', count: 3, regions: [], requireTags: {}, excludeTags: {} },
        diversity: { minRegions: 1, minProviders: 1 },
      },
      verdictRule: { ...VALID.verdictRule, ...RULE_DEFAULTS },
    });
    const limits = { degraded: { latencyMs: 250 }, confirm: false };
    expect(readPolicy(rule(limits)).policy?.verdictRule).toMatchObject({
      ...{ degraded: { latencyMs: 250, lossPercent: 10 }, confirm: false, hourOfWeek: false },
    });
    const none = { latencyMs: null, lossPercent: null };
    expect(readPolicy(rule({ degraded: none })).policy?.verdictRule.degraded).toEqual(none);
  });

  it('with independent voters requires as many groups as its quorum needs, at least two', () => {
    const body = (quorum: unknown, diversity: object) => ({
      ...rule({ independentVoters: 'providers', quorum }),
      agentSelection: { strategy: 'all', diversity },
    });
    expect(readPolicy(body('majority', {})).faults).toEqual([
      {
        pointer: '#/agentSelection/diversity/minProviders',
        detail:
          'is 1, but verdictRule.independentVoters is providers: require at least 2, otherwise one of the providers decides alone',
      },
    ]);
    expect(readPolicy(body(3, { minProviders: 2 })).faults).toMatchObject([
      { detail: expect.stringContaining('require at least 3, because the quorum is 3') as string },
    ]);
    expect(readPolicy(body(3, { minProviders: 3 })).faults).toBeUndefined();
    expect(readPolicy(body('majority', { minProviders: 2 })).faults).toBeUndefined();
  });

  it.each(Object.values(BUILT_IN_TIERS))('of a built-in tier is valid as it is', (policy) => {
    expect(readPolicy(policy)).toEqual({ policy });
  });

  it('has checks with parameters by type', () => {
    const dns = { check: 4, type: 'dns', expect: 'reachable', queryName: 'example.net', queryType: 'AAAA' };
    const list = [http, { ...http, path: '/health', status: 204, port: 8443 }, dns];
    expect(readPolicy(checks(...list)).policy?.checks).toEqual(list);
    const full = { ...ping, packets: 20, size: 9_000, dscp: 63, dontFragment: true, source: '2001:db8::1' };
    expect(readPolicy(checks(full, ping)).policy?.checks).toEqual([full, ping]);
    expect(readPolicy(checks({ ...ping, dontFragment: false })).policy?.checks).toEqual([ping]);
  });

  it('states how long a ping of several packets takes, where that is too long', () => {
    const body = { ...(checks(http, { ...ping, packets: 6 }) as typeof VALID), probeIntervalMs: 2_000 };
    expect(readPolicy(body).faults).toEqual([
      {
        pointer: '#/checks/1/packets',
        detail:
          'is 6: with a timeout of 1000 ms a ping takes 2000 ms, and must be shorter than probeIntervalMs, which is 2000',
      },
    ]);
    expect(readPolicy({ ...body, probeIntervalMs: 2_001 }).faults).toBeUndefined();
  });

  it('may be part of a body with other members', () => {
    expect(readPolicy({ ...VALID, name: 'gold' }, ['name']).faults).toBeUndefined();
    expect(readPolicy({ ...VALID, name: 'gold' }).faults).toMatchObject([{ pointer: '#/name' }]);
  });

  it.each<[unknown, string]>([
    [null, '#'],
    ['text', '#'],
    [{ ...VALID, probeIntervalMs: 999 }, '#/probeIntervalMs'],
    [{ ...VALID, probeIntervalMs: 86_400_001 }, '#/probeIntervalMs'],
    [{ ...VALID, probeIntervalMs: 1_000.5 }, '#/probeIntervalMs'],
    [{ ...VALID, probeIntervalMs: '15000' }, '#/probeIntervalMs'],
    [{ ...VALID, probeTimeoutMs: 9 }, '#/probeTimeoutMs'],
    [{ ...VALID, probeTimeoutMs: 15_000 }, '#/probeTimeoutMs'],
    [checks(), '#/checks'],
    [
      checks(...Array.from({ length: 9 }, (_, at) => ({ type: 'tcp_connect', expect: 'reachable', port: at + 1 }))),
      '#/checks',
    ],
    [checks(null), '#/checks/0/type'],
    [checks({ type: 'mtr', expect: 'reachable' }), '#/checks/0/type'],
    [checks({ type: 'icmp_ping', expect: 'up' }), '#/checks/0/expect'],
    [checks({ type: 'icmp_ping', expect: 'reachable', port: 1 }), '#/checks/0/port'],
    [checks({ type: 'icmp_ping', expect: 'reachable', check: 0 }), '#/checks/0/check'],
    ...[0, 21, 1.5, '3'].map((packets): [unknown, string] => [checks({ ...ping, packets }), '#/checks/0/packets']),
    [checks({ ...ping, size: 9_001 }), '#/checks/0/size'],
    [checks({ ...ping, dscp: 64 }), '#/checks/0/dscp'],
    [checks({ ...ping, dontFragment: 'yes' }), '#/checks/0/dontFragment'],
    ...[
      '',
      'eth0',
      '10.0.0',
      '010.0.0.1',
      '10.0.0.1 ',
      'fe80::1%eth0',
      '2001:DB8::1',
      '::ffff:10.0.0.1',
      '-S',
      null,
    ].map((source): [unknown, string] => [checks({ ...ping, source }), '#/checks/0/source']),
    [checks({ ...http, packets: 2 }), '#/checks/0/packets'],
    [checks({ type: 'tcp_connect', expect: 'reachable' }), '#/checks/0/port'],
    [checks({ type: 'tcp_connect', expect: 'reachable', port: 65_536 }), '#/checks/0/port'],
    [checks({ ...http, path: 'health' }), '#/checks/0/path'],
    [checks({ ...http, scheme: 'ftp' }), '#/checks/0/scheme'],
    [
      checks({ type: 'dns', expect: 'reachable', queryName: `${'a'.repeat(252)}!`, queryType: 'A' }),
      '#/checks/0/queryName',
    ],
    [checks({ type: 'dns', expect: 'reachable', queryName: 'a b', queryType: 'A' }), '#/checks/0/queryName'],
    [checks(http, { ...http, expect: 'unreachable' }), '#/checks/1'],
    [checks({ ...http, check: 2 }, { ...http, port: 1, check: 2 }), '#/checks/1/check'],
    [selection({ strategy: 'some' }), '#/agentSelection/strategy'],
    [selection({ count: 0 }), '#/agentSelection/count'],
    [selection({ count: 101 }), '#/agentSelection/count'],
    [selection({ regions: 'eu' }), '#/agentSelection/regions'],
    [selection({ regions: [''] }), '#/agentSelection/regions/0'],
    [selection({ regions: ['eu', 'eu'] }), '#/agentSelection/regions/1'],
    [selection({ requireTags: null }), '#/agentSelection/requireTags'],
    [selection({ requireTags: { 'a b': 'c' } }), '#/agentSelection/requireTags/a b'],
    [selection({ requireTags: { 'a/b': 7 } }), '#/agentSelection/requireTags/a~1b'],
    [selection({ requireTags: { a: '1' }, excludeTags: { a: '1' } }), '#/agentSelection/excludeTags'],
    [selection({ diversity: { minRegions: 0 } }), '#/agentSelection/diversity/minRegions'],
    [selection({ diversity: { minRegions: 4 } }), '#/agentSelection/diversity/minRegions'],
    [selection({ diversity: { minProviders: 4 } }), '#/agentSelection/diversity/minProviders'],
    [selection({ regions: ['eu'], diversity: { minRegions: 2 } }), '#/agentSelection/diversity/minRegions'],
    [selection({ diversity: { regions: 2 } }), '#/agentSelection/diversity/regions'],
    [rule({ missesToFail: 0 }), '#/verdictRule/missesToFail'],
    [rule({ successesToRecover: 101 }), '#/verdictRule/successesToRecover'],
    [rule({ quorum: 'all' }), '#/verdictRule/quorum'],
    [rule({ quorum: 4 }), '#/verdictRule/quorum'],
    [rule({ degraded: 10 }), '#/verdictRule/degraded'],
    [rule({ degraded: { lossPercent: 100 } }), '#/verdictRule/degraded/lossPercent'],
    [rule({ degraded: { latencyMs: 0 } }), '#/verdictRule/degraded/latencyMs'],
    [rule({ degraded: { latencyMs: 1_000 } }), '#/verdictRule/degraded/latencyMs'],
    [rule({ degraded: { jitterMs: 1 } }), '#/verdictRule/degraded/jitterMs'],
    [rule({ independentVoters: 'countries' }), '#/verdictRule/independentVoters'],
    [rule({ independentVoters: 'regions' }), '#/agentSelection/diversity/minRegions'],
    [rule({ hourOfWeek: 'yes' }), '#/verdictRule/hourOfWeek'],
    [rule({ confirm: null }), '#/verdictRule/confirm'],
    [{ ...VALID, interval: 1 }, '#/interval'],
    [{ ...VALID, agentSelection: undefined }, '#/agentSelection'],
    [{ ...VALID, verdictRule: [] }, '#/verdictRule'],
  ])('is refused with a pointer and what to do: %j at %s', (body, pointer) => {
    const { faults } = readPolicy(body);
    expect(faults?.map((fault) => fault.pointer)).toContain(pointer);
    for (const { detail } of faults ?? []) expect(detail).toMatch(/^(must|is|has|excludes)/);
  });

  it('for all agents may have any quorum and diversity, because their number varies', () => {
    const all = { strategy: 'all', diversity: { minRegions: 5, minProviders: 5 } };
    expect(readPolicy({ ...rule({ quorum: 7 }), agentSelection: all }).faults).toBeUndefined();
  });
});
