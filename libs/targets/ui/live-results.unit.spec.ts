import type { ProbeResult } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { isLoss, LIVE_FOR_MS, mergeResults, outcomeText } from './live-results';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const result = (secondsAgo: number, more: Partial<ProbeResult> = {}): ProbeResult => ({
  at: new Date(NOW - secondsAgo * 1_000).toISOString(),
  agentId: 'a',
  agentName: 'local',
  check: 1,
  type: 'icmp_ping',
  outcome: 'reply',
  rttUs: 200,
  ...more,
});

describe('mergeResults', () => {
  it('returns results newest first, without duplicates', () => {
    const kept = [result(5), result(10)];
    const received = [result(0), result(5), result(5, { agentId: 'b' })];
    const merged = mergeResults(kept, received, NOW - LIVE_FOR_MS);
    expect(merged.map(({ at, agentId }) => [(NOW - Date.parse(at)) / 1_000, agentId])).toEqual([
      [0, 'a'],
      [5, 'a'],
      [5, 'b'],
      [10, 'a'],
    ]);
  });

  it('drops results that are older than requested', () => {
    expect(mergeResults([result(901)], [result(899)], NOW - LIVE_FOR_MS)).toHaveLength(1);
  });

  it('returns a limited number of results', () => {
    const many = Array.from({ length: 6_000 }, (_, index) => result(index / 10));
    expect(mergeResults([], many, NOW - LIVE_FOR_MS)).toHaveLength(5_000);
  });
});

describe('outcomes', () => {
  it('counts only outcomes of sent probes without a reply as a loss', () => {
    expect((['reply', 'timeout', 'not_sent', 'unreachable', 'refused', 'error'] as const).filter(isLoss)).toEqual([
      'timeout',
      'unreachable',
      'refused',
    ]);
    expect(outcomeText('not_sent')).toContain('could not send');
  });
});
