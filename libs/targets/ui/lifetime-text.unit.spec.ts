import '@angular/compiler';
import type { TargetChange, TargetLifetime } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { pausedText, relativesOf, removalText } from './lifetime-text';

const lifetime = (id: string, removedAt: string | null): TargetLifetime => ({
  ...{ id, ip: '192.0.2.1', vrf: 'default', registeredAt: '2026-01-01T00:00:00Z', removedAt },
  ...{ removedBy: removedAt === null ? null : 'user:1', removedByName: removedAt === null ? null : 'admin' },
});
const NEW = lifetime('c', null);
const OLD = lifetime('b', '2026-03-01T12:00:00Z');
const OLDER = lifetime('a', '2026-02-01T12:00:00Z');

describe('the targets of an address', () => {
  it('are the asked one, the one that has it now, and earlier ones', () => {
    expect(relativesOf('B', [NEW, OLD, OLDER])).toEqual({ asked: OLD, successor: NEW, others: [OLDER] });
    expect(relativesOf('a', [OLD, OLDER])).toEqual({ asked: OLDER, successor: null, others: [OLD] });
  });

  it('by the address begin with the newest', () => {
    expect(relativesOf('192.0.2.1', [OLD, OLDER])).toEqual({ asked: OLD, successor: null, others: [OLDER] });
    expect(relativesOf('192.0.2.1', [])).toBeNull();
  });

  it('are removed at a time by someone', () => {
    expect(removalText(OLD)).toMatch(/^This target was removed 2026-03-01 \d\d:00:00 \S+ by admin\.$/);
    expect(removalText({ ...OLD, removedByName: null })).toContain('by user:1.');
  });
});

describe('a paused target', () => {
  const change = (at: string, member: string, to: string | null): TargetChange => ({
    ...{ targetId: 'a', version: 1, kind: 'changed', at, by: 'api-key:1', byName: null },
    changes: [{ member, from: null, to }],
  });

  it('is paused since the newest change that paused it', () => {
    const changes = [
      change('2026-03-03T00:00:00Z', 'name', 'x'),
      change('2026-03-02T12:00:00Z', 'paused', 'true'),
      change('2026-03-01T00:00:00Z', 'paused', null),
    ];
    expect(pausedText(changes)).toMatch(/^ since 2026-03-02 \d\d:00:00 \S+ by api-key:1$/);
    expect(pausedText([])).toBe('');
  });
});
