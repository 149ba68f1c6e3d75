import { type AuditFields, fieldsAfter } from '@icmp-mon/platform/plugins';
import { BUILT_IN_TIERS, type TierEvent } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { TIER_AUDIT } from './tier-audit';

const { standard, fast } = BUILT_IN_TIERS;
const defined = (policy: typeof fast): TierEvent => ({
  type: 'TierDefined',
  data: { name: 'lab', builtIn: false, policy },
});
const fieldsOf = (...events: TierEvent[]): AuditFields =>
  events.reduce<AuditFields>((fields, event) => fieldsAfter(TIER_AUDIT, fields, event), {});

it('shows each member of a policy, with checks by their number', () => {
  const checks = [...fast.checks, { check: 4, type: 'tcp_connect', expect: 'reachable', port: 443 } as const];
  const fields = fieldsOf(defined(standard), defined({ ...fast, checks }));
  expect(fields).toMatchObject({ probeIntervalMs: '5000', 'check.1.type': 'icmp_ping', 'check.4.port': '443' });
  expect(fieldsOf(defined({ ...fast, checks }), defined(fast))).not.toHaveProperty('check.4.port');
});

it('shows a removal', () => {
  const started: TierEvent = { type: 'TierRemovalStarted', data: { name: 'lab', successor: 'fast' } };
  expect(fieldsOf(defined(standard), started)).toMatchObject({ successor: 'fast', probeIntervalMs: '15000' });
  expect(fieldsOf(defined(standard), started, { type: 'TierRemoved', data: { name: 'lab' } })).toEqual({});
});
