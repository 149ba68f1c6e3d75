import { describe, expect, it } from 'vitest';
import { decodePairChanges, encodePairChanges, PAIR_CHANGES_MAX, PAIR_VERDICT, type PairChange } from './pair-changes';

const AT_MS = Date.UTC(2026, 0, 1);
const agentIdOf = (at: number): string => `01900000-0000-7000-8000-00000000000${at}`;

function changeOf(at: number): PairChange {
  return {
    ...{ targetKey: (at * 7919) % 100_000, check: 1 + (at % 3), agentId: agentIdOf(at % 5) },
    ...{ from: at % 4, to: (at + 1) % 5, beganAtMs: AT_MS - 6_500 - at, sampleAtMs: AT_MS - (at % 900) },
  };
}

function recordOf(count: number, restarts = false): Parameters<typeof encodePairChanges>[0] {
  const changes = Array.from({ length: count }, (_, at) => changeOf(at));
  return { shard: 7, changeSeq: 12_345, atMs: AT_MS, restarts, changes };
}

describe('records of pair changes', () => {
  it.each([0, 1, 100, PAIR_CHANGES_MAX])('hold %i changes', (count) => {
    const record = recordOf(count, count === 100);
    expect(decodePairChanges(encodePairChanges(record))).toEqual({ ok: true, record });
  });

  it('take at most 12 bytes per change in a burst', () => {
    expect(encodePairChanges(recordOf(PAIR_CHANGES_MAX)).length / PAIR_CHANGES_MAX).toBeLessThan(12);
  });

  it('keep times after the clock of the shard, and missing ones', () => {
    const record = recordOf(1);
    record.changes = [{ ...changeOf(0), beganAtMs: 0, sampleAtMs: AT_MS + 4_000 }];
    expect(decodePairChanges(encodePairChanges(record))).toEqual({ ok: true, record });
  });

  it('refuse more changes than the maximum', () => {
    expect(() => encodePairChanges(recordOf(PAIR_CHANGES_MAX + 1))).toThrow('at most 4096');
  });

  it('that are torn, extended or damaged are refused without an exception', () => {
    const bytes = encodePairChanges(recordOf(40)).slice();
    for (let length = 0; length < bytes.length; length++)
      expect(decodePairChanges(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false);
    expect(decodePairChanges(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    expect(decodePairChanges(Uint8Array.of(2, ...bytes.subarray(1)))).toEqual({
      ok: false,
      detail: 'version 2 of pair changes, this release reads 1',
    });
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 0xff;
      expect(() => decodePairChanges(damaged)).not.toThrow();
    }
    const unknown = encodePairChanges({ ...recordOf(1), changes: [{ ...changeOf(0), to: PAIR_VERDICT.up }] }).slice();
    unknown[unknown.length - 1 - 2 - 3] = 0xf0;
    expect(decodePairChanges(unknown).ok).toBe(false);
  });
});
