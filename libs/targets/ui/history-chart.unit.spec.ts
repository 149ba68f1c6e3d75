// The UI kit's entry holds components too, which need the compiler outside a build.
import '@angular/compiler';
import type { HistoryPoint } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { spreadUs } from './history-chart';

const point = (more: Partial<HistoryPoint>): HistoryPoint => ({
  at: '2026-03-01T12:00:00.000Z',
  windowMs: 300_000,
  sent: 20,
  lost: 0,
  notSent: 0,
  lossRatio: 0,
  rttMinUs: 100,
  rttAvgUs: 150,
  rttP50Us: 140,
  rttP95Us: 300,
  rttP99Us: 400,
  rttMaxUs: 500,
  jitterUs: 10,
  ...more,
});

describe('spreadUs', () => {
  it('is the band above the fastest round trip', () => {
    expect(spreadUs(point({}))).toBe(200);
    expect(spreadUs(point({ rttP95Us: 99 }))).toBe(0);
  });

  it('is nothing where nothing answered', () => {
    expect(spreadUs(point({ rttMinUs: null, rttP95Us: null }))).toBeNull();
  });
});
