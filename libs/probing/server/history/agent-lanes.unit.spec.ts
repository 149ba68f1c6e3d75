import { encodeConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { SeriesBuilder } from '@icmp-mon/probing/wire';
import { describe, expect, it } from 'vitest';
import { LaneBuilder, laneFrame } from './agent-lanes';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('windows of lanes', () => {
  it.each([
    ['6 h', 6 * HOUR_MS, 5, 72],
    ['24 h', 24 * HOUR_MS, 5, 288],
    ['30 h', 30 * HOUR_MS, 10, 180],
    ['48 h', 48 * HOUR_MS, 10, 288],
    ['1 min', MINUTE_MS, 5, 1],
  ])('of %s are as short as 300 allow', (_, lengthMs, minutes, windows) => {
    expect(laneFrame({ fromMs: 0, toMs: lengthMs })).toEqual({ fromMs: 0, windowMs: minutes * MINUTE_MS, windows });
  });

  it('cover a range that starts within a window', () => {
    const range = { fromMs: 7 * MINUTE_MS, toMs: 13 * MINUTE_MS };
    expect(laneFrame(range)).toEqual({ fromMs: 5 * MINUTE_MS, windowMs: 5 * MINUTE_MS, windows: 2 });
  });
});

describe('lanes', () => {
  it('have counts and the median of each agent, without probes that are no evidence, confirming ones, and windows outside', () => {
    const builder = new LaneBuilder({ fromMs: 0, windowMs: 10 * MINUTE_MS, windows: 2 });
    const samples = new SeriesBuilder(6);
    samples.addSample(2, 0, OUTCOME.reply, 300);
    samples.addSample(2, 1, OUTCOME.reply, 100);
    samples.addSample(2, 2, OUTCOME.timeout, 0);
    samples.addSample(7, 3, OUTCOME.not_sent, 0);
    samples.addSample(1, 4, OUTCOME.refused, 0);
    samples.addSample(2, 5, OUTCOME.timeout, 0, encodeConfirming());
    for (const startMs of [-5, 0, 5, 20].map((minutes) => minutes * MINUTE_MS))
      builder.addSamples(startMs, samples.buildSamples());
    expect(builder.build()).toEqual([
      { agentNo: 1, sent: [2, 0], lost: [2, 0], rttP50Us: [null, null] },
      { agentNo: 2, sent: [6, 0], lost: [2, 0], rttP50Us: [100, null] },
    ]);
  });
});
