import { expect, it } from 'vitest';
import type { ProbeAttempt } from './agent-orders';
import { summaryOf } from './attempt-summary';

const attempt = (outcome: ProbeAttempt['outcome'], rttUs: number | null = null): ProbeAttempt => ({
  sentAt: '2026-11-22T10:00:00.000Z',
  outcome,
  rttUs,
});

it('sums up what was sent, and leaves out what was not', () => {
  const attempts = [attempt('reply', 1_000), attempt('reply', 4_000), attempt('timeout'), attempt('not_sent')];
  expect(summaryOf(attempts)).toEqual({
    ...{ sent: 3, replies: 2, rttMinUs: 1_000, rttMeanUs: 2_500, rttMaxUs: 4_000 },
    loss: 1 - 2 / 3,
  });
});

it('has no round trip without a reply, and is null when nothing was sent', () => {
  expect(summaryOf([attempt('refused')])).toEqual({
    ...{ sent: 1, replies: 0, loss: 1, rttMinUs: null, rttMeanUs: null, rttMaxUs: null },
  });
  expect(summaryOf([attempt('error'), attempt('not_sent')])).toBeNull();
  expect(summaryOf([])).toBeNull();
});
