import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { UplinkWatch } from './uplink-watch';

const { reply, timeout, refused, not_sent: notSent } = OUTCOME;

function scene() {
  const outages: string[] = [];
  let misses = 0;
  const watch = new UplinkWatch({ onOutage: (why) => outages.push(why), onMiss: () => misses++, steadyMs: () => 0 });
  const results = (...outcomes: number[]): boolean[] => outcomes.map((outcome) => watch.recordResult(outcome));
  return { watch, outages, results, misses: () => misses };
}

describe('a miss', () => {
  it('is believed without anchors, and while one of them answers', () => {
    const { watch, results, outages, misses } = scene();
    expect(results(timeout, timeout)).toEqual([true, true]);
    watch.recordAnchors('answer', 0);
    expect(results(timeout, timeout)).toEqual([true, true]);
    expect(outages).toEqual([]);
    expect(misses(), 'each hastens the next round of the anchors').toBe(4);
  });

  it('is not believed while all anchors and at least half of the targets are silent', () => {
    const { watch, results, outages } = scene();
    watch.recordAnchors('answer', 0);
    expect(results(reply, timeout)).toEqual([true, true]);
    watch.recordAnchors('silent', 0);
    expect(outages, 'what is not shipped may already be of the outage').toEqual(['anchors_silent']);
    expect(results(timeout, notSent, timeout)).toEqual([false, false, false]);
    watch.recordAnchors('silent', 0);
    expect(outages).toHaveLength(1);
    watch.recordAnchors('answer', 0);
    expect(results(timeout)).toEqual([true]);
  });

  it('is believed if most targets reply although all anchors are silent: the fault is elsewhere', () => {
    const { watch, results, outages } = scene();
    watch.recordAnchors('answer', 0);
    watch.recordAnchors('silent', 0);
    expect(results(reply, refused, timeout)).toEqual([true, true, true]);
    expect(watch.isOut).toBe(false);
    expect(outages).toEqual([]);
  });

  it('is believed again once no anchor is measured', () => {
    const { watch, results } = scene();
    watch.recordAnchors('silent', 0);
    expect(results(timeout)).toEqual([false]);
    watch.recordAnchors('unknown', 0);
    expect(results(timeout)).toEqual([true]);
  });
});

it('a miss that confirms another waits for a round of the anchors that began later; without anchors it does not', () => {
  const { watch, results } = scene();
  const judged: (boolean | undefined)[] = [];
  const judge = (): void => void judged.push(...results(timeout));
  watch.whenAsked(100, judge);
  expect(judged).toEqual([true]);
  watch.recordAnchors('answer', 50);
  watch.whenAsked(100, judge);
  watch.recordAnchors('answer', 99);
  expect(judged).toHaveLength(1);
  watch.recordAnchors('silent', 100);
  expect(judged, 'nothing shows yet whether it is the uplink').toEqual([true]);
  expect(results(timeout)).toEqual([false]);
  watch.whenAsked(100, judge);
  watch.whenAsked(100, judge);
  expect(judged).toEqual([true, false, false]);
  // Most targets replied before, perhaps before the uplink failed.
  expect(results(reply, reply, reply, reply)).toEqual([true, true, true, true]);
  watch.whenAsked(100, judge);
  expect(judged).toEqual([true, false, false]);
  watch.whenAsked(101, judge);
  watch.recordAnchors('unknown', 102);
  expect(judged).toEqual([true, false, false, true]);
});

it('a reply is always believed', () => {
  const { watch, results } = scene();
  watch.recordAnchors('silent', 0);
  expect(results(timeout, timeout, reply)).toEqual([false, false, true]);
});
