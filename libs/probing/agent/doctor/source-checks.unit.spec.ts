import type { AssignedTier } from '@icmp-mon/assignment/contract';
import { describe, expect, it } from 'vitest';
import { checkSources } from './source-checks';

const tier = (name: string, ...sources: (string | undefined)[]): [string, AssignedTier] => {
  const checks = sources.map((source, at) => ({
    ...{ check: at + 1, type: 'icmp_ping' as const, expect: 'reachable' as const },
    ...(source !== undefined && { source }),
  }));
  return [name, { tier: name, probeIntervalMs: 15_000, probeTimeoutMs: 1_000, checks }];
};

describe('the source addresses of assigned tiers', () => {
  it('are those of this machine', () => {
    expect(checkSources(new Map([tier('gold', undefined)]))).toMatchObject({ state: 'ok' });
    expect(checkSources(new Map([tier('gold', '127.0.0.1', '127.0.0.9')]))).toMatchObject({
      ...{ state: 'ok', detail: 'This machine has 127.0.0.1, 127.0.0.9.' },
    });
  });

  it('are a warning with tiers and a command where the machine lacks one', () => {
    const { state, detail, fix } = checkSources(new Map([tier('gold', '192.0.2.77'), tier('slow', '192.0.2.77')]));
    expect([state, detail]).toEqual([
      'warning',
      'This machine does not have 192.0.2.77, from which checks of gold, slow ping: their results are errors.',
    ]);
    expect(fix).toContain('ip address add 192.0.2.77/32 dev lo');
  });
});
