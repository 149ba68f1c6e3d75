import { validateEvent } from '@icmp-mon/platform/messaging';
import { feedFactFault } from '@icmp-mon/probing/contract';
import { INDEPENDENT_VOTERS, readPolicy, type SentPolicy, TIER_DEFINED } from '@icmp-mon/tiers/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberedPolicy } from './check-numbers';

const whole = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer());
const text = fc.oneof(fc.constantFrom('eu', 'us', 'a b', ''), fc.string({ maxLength: 80, unit: 'binary' }));
const tags = fc.dictionary(fc.oneof(fc.constantFrom('uplink', 'a/b'), text), text, { maxKeys: 3 });
const maybe = { requiredKeys: [] as never[] };
const check = fc.record(
  {
    type: fc.constantFrom('icmp_ping', 'tcp_connect', 'http', 'dns'),
    expect: fc.constantFrom('reachable', 'unreachable'),
    check: fc.integer({ min: 0, max: 256 }),
    port: fc.integer({ min: 0, max: 70_000 }),
    scheme: fc.constantFrom('http', 'https', 'ftp'),
    path: fc.constantFrom('/', '/health', 'health', '/a b'),
    status: fc.integer({ min: 90, max: 610 }),
    queryName: fc.constantFrom('example.net', 'a..b', '-'),
    queryType: fc.constantFrom('A', 'TXT', 'ANY'),
  },
  { requiredKeys: ['type', 'expect'] },
);
const policy = fc.record(
  {
    probeIntervalMs: fc.integer({ min: 500, max: 90_000_000 }),
    probeTimeoutMs: fc.integer({ min: 1, max: 40_000 }),
    checks: fc.array(check, { maxLength: 9 }),
    agentSelection: fc.record(
      {
        strategy: fc.constantFrom('all', 'distributed'),
        ...{ count: whole, regions: fc.array(text, { maxLength: 3 }), requireTags: tags, excludeTags: tags },
        diversity: fc.record({ minRegions: whole, minProviders: whole }, maybe),
      },
      { requiredKeys: ['strategy'] },
    ),
    verdictRule: fc.record(
      {
        ...{ missesToFail: whole, successesToRecover: whole, quorum: fc.oneof(fc.constant('majority'), whole) },
        degraded: fc.record({ latencyMs: fc.option(whole), lossPercent: fc.option(whole) }, maybe),
        ...{
          independentVoters: fc.constantFrom(...INDEPENDENT_VOTERS),
          hourOfWeek: fc.boolean(),
          confirm: fc.boolean(),
        },
      },
      { requiredKeys: ['missesToFail', 'successesToRecover', 'quorum'] },
    ),
  },
  maybe,
);
/** Policies of few checks and small numbers, most of which are valid. */
const likely = fc.record({
  ...{ probeIntervalMs: fc.integer({ min: 1_000, max: 60_000 }), probeTimeoutMs: fc.integer({ min: 10, max: 1_500 }) },
  checks: fc
    .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
    .map((ports) => ports.map((port) => ({ type: 'tcp_connect', expect: 'reachable', port }))),
  agentSelection: fc.record({ strategy: fc.constantFrom('all', 'distributed'), count: fc.integer({ min: 1, max: 9 }) }),
  verdictRule: fc.record({
    ...{ missesToFail: fc.integer({ min: 1, max: 9 }), successesToRecover: fc.integer({ min: 1, max: 9 }) },
    quorum: fc.constantFrom('majority', 1, 2),
  }),
});

/** Fails unless the policy, once its checks have numbers, is a valid event and a valid fact for shards. */
function requireUsable(sent: SentPolicy): void {
  const numbered = numberedPolicy(sent, [], 0);
  validateEvent(TIER_DEFINED, { name: 'gold', builtIn: false, policy: numbered });
  const { probeIntervalMs: intervalMs, probeTimeoutMs: timeoutMs, checks, verdictRule } = numbered;
  const fact = { kind: 'policy', tier: 'gold', policyVersion: 1, intervalMs, timeoutMs, ...verdictRule, checks };
  expect(feedFactFault(fact)).toBeUndefined();
  expect(new Set(checks.map((each) => each.check)).size).toBe(checks.length);
}

describe('the reading of a policy', () => {
  it('answers any JSON with faults that point into it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), policy), (body) => {
        for (const { pointer, detail } of readPolicy(body).faults ?? []) {
          expect(pointer).toMatch(/^#/);
          expect(detail).not.toBe('');
        }
      }),
    );
  });

  it('accepts only what events and shards accept', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(policy, likely), (body) => {
        const read = readPolicy(body);
        if (read.policy === undefined) return;
        accepted++;
        requireUsable(read.policy);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
