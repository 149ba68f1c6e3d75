import { describe, expect, it } from 'vitest';
import { CutOff } from './cut-off';

function scene(): { cutOff: CutOff; pass: (ms: number) => void } {
  let nowMs = 0;
  const cutOff = new CutOff(() => nowMs);
  cutOff.heard();
  return { cutOff, pass: (ms) => (nowMs += ms) };
}

describe('a machine', () => {
  it('was cut off while neither the gateway nor a target answered', () => {
    for (const first of ['answered', 'heard'] as const) {
      const { cutOff, pass } = scene();
      cutOff.asked();
      pass(3_000);
      cutOff.asked();
      cutOff.missed();
      pass(3_000);
      expect(cutOff[first]()).toBe(true);
      expect(cutOff.heard()).toBe(false);
      expect(cutOff.answered()).toBe(false);
    }
  });

  it('was not cut off while targets or the gateway answered, or for short times', () => {
    const { cutOff, pass } = scene();
    cutOff.asked();
    pass(4_000);
    cutOff.missed();
    expect(cutOff.heard()).toBe(false);
    pass(4_000);
    cutOff.missed();
    expect(cutOff.answered()).toBe(false);
    pass(60_000);
    expect(cutOff.heard()).toBe(false);
    cutOff.asked();
    pass(1_000);
    cutOff.missed();
    expect(cutOff.answered()).toBe(false);
  });

  it('was not cut off if no target was asked: then only the gateway did not answer', () => {
    const { cutOff, pass } = scene();
    cutOff.missed();
    pass(1_000);
    cutOff.asked();
    pass(60_000);
    expect(cutOff.answered()).toBe(false);
  });
});
