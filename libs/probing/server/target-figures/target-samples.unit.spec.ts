import { encodeConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { SeriesBuilder } from '@icmp-mon/probing/wire';
import { describe, expect, it } from 'vitest';
import { type Sample, samplesOf } from '../stored-windows.test-rows';
import { stripSpan, TargetSamples } from './target-samples';

const WINDOW_MS = Date.parse('2026-11-18T11:55:00Z');
const NOW_MS = Date.parse('2026-11-18T11:58:20Z');
const reply = (agentNo: number, offsetMs: number, rttUs: number): Sample => ({
  agentNo,
  offsetMs,
  rttUs,
  outcome: OUTCOME.reply,
});
const none = (agentNo: number, offsetMs: number, outcome: number): Sample => ({ agentNo, offsetMs, rttUs: 0, outcome });

function given(...samples: Sample[]): TargetSamples {
  const target = new TargetSamples(NOW_MS);
  target.add(WINDOW_MS, samplesOf(samples));
  return target;
}

describe('the figures of a target', () => {
  it('are null without measurements', () => {
    expect(given().figuresOf(7, null)).toEqual({
      key: 7,
      rttUs: null,
      medianRttUs: null,
      lossRatio: null,
      strip: Array<null>(60).fill(null),
    });
  });

  it('count loss by minute, the current one last', () => {
    const { strip } = given(
      none(1, 0, OUTCOME.timeout),
      reply(1, 59_999, 10),
      reply(1, 60_000, 10),
      none(2, 180_000, OUTCOME.unreachable),
    ).figuresOf(1, null);
    expect(strip.slice(0, 56)).toEqual(Array<null>(56).fill(null));
    expect(strip.slice(56)).toEqual([0.5, 0, null, 1]);
    expect(stripSpan(NOW_MS)).toEqual({ fromMs: NOW_MS - 3_560_000, untilMs: NOW_MS + 40_000 });
  });

  it('leave out probes that confirm a miss', () => {
    const builder = new SeriesBuilder(10, 1);
    builder.addSample(1, 60_000, OUTCOME.reply, 10);
    builder.addSample(1, 61_500, OUTCOME.timeout, 0, encodeConfirming());
    const target = new TargetSamples(NOW_MS);
    target.add(WINDOW_MS, builder.buildSamples());
    expect(target.figuresOf(1, null).strip[57]).toBe(0);
  });

  it('take the median of the latest replies of all agents', () => {
    const target = given(reply(1, 1_000, 900), reply(1, 2_000, 100), reply(2, 1_500, 300), reply(3, 1_700, 200));
    expect(target.figuresOf(1, 250)).toMatchObject({ rttUs: 200, medianRttUs: 250 });
    expect(given(reply(1, 1_000, 900), none(1, 2_000, OUTCOME.timeout)).figuresOf(1, null)).toMatchObject({
      rttUs: 900,
      lossRatio: 0.5,
    });
  });

  it('exclude results that are older than 5 minutes, or are not evidence about the target', () => {
    const target = given(none(1, 10, OUTCOME.not_sent), none(1, 20, OUTCOME.error));
    target.add(WINDOW_MS - 300_000, samplesOf([none(1, 10, OUTCOME.timeout), reply(1, 20, 50), reply(1, 250_000, 70)]));
    expect(target.figuresOf(1, null)).toMatchObject({ rttUs: 70, lossRatio: 0 });
  });

  it('exclude results before the strip, and in the future', () => {
    const target = given();
    target.add(WINDOW_MS - 3_600_000, samplesOf([none(1, 0, OUTCOME.timeout)]));
    target.add(WINDOW_MS + 300_000, samplesOf([none(1, 0, OUTCOME.timeout)]));
    expect(target.figuresOf(1, null).strip.every((cell) => cell === null)).toBe(true);
  });
});
