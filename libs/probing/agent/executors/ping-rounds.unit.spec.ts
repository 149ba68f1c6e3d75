import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { PathLimits } from './path-limits';
import { PingRounds } from './ping-rounds';

const { reply, timeout, not_sent, unreachable } = OUTCOME;

/** Outcome and round trip of the result of one target; undefined without one. */
function roundOf(packets: number, ...sent: [outcome: number, rttUs?: number][]): [number, number] | undefined {
  let result: [number, number] | undefined;
  const rounds = new PingRounds(packets, (_index, _sentAtMs, outcome, rttUs) => {
    if (result !== undefined) throw new Error('two results');
    result = [outcome, rttUs];
  });
  sent.forEach(([outcome, rttUs = 0], at) => rounds.addPacket(0, 1_000 + at, outcome, rttUs));
  rounds.endAll();
  return result;
}

describe('a ping of several packets', () => {
  it('is a reply with the median round trip if any packet is answered', () => {
    expect(roundOf(3, [reply, 300], [reply, 100], [reply, 200])).toEqual([reply, 200]);
    expect(roundOf(4, [reply, 400], [timeout], [reply, 100], [reply, 200])).toEqual([reply, 200]);
    expect(roundOf(2, [timeout], [reply, 5])).toEqual([reply, 5]);
    expect(roundOf(3, [reply, 7])).toEqual([reply, 7]);
    expect(roundOf(2, [not_sent], [reply, 9])).toEqual([reply, 9]);
  });

  it('is a miss only if every packet is proven to be unanswered', () => {
    expect(roundOf(2, [timeout], [timeout])).toEqual([timeout, 0]);
    expect(roundOf(2, [timeout], [unreachable])).toEqual([unreachable, 0]);
    expect(roundOf(2, [not_sent], [timeout])).toEqual([timeout, 0]);
    expect(roundOf(3, [timeout], [timeout])).toBeUndefined();
  });

  it('has the reason of its first packet without data if it has no reply', () => {
    const noData: unknown[] = [];
    const results: number[] = [];
    const rounds = new PingRounds(
      3,
      (index) => results.push(index),
      (...why) => noData.push(why),
    );
    rounds.addPacket(0, 1_000, timeout, 0);
    rounds.addNoData(0, 1_200, 'foreign_reply');
    rounds.addNoData(0, 1_400, 'paused');
    rounds.addNoData(1, 1_000, 'deaf');
    rounds.addPacket(1, 1_200, reply, 5);
    rounds.addPacket(2, 1_000, timeout, 0);
    rounds.endAll();
    expect(results, 'a reply is a result').toEqual([1]);
    expect(noData).toEqual([[0, 1_000, 'foreign_reply']]);
  });

  it('was not sent if none of its packets was', () => {
    expect(roundOf(2, [not_sent], [not_sent])).toEqual([not_sent, 0]);
    expect(roundOf(2, [not_sent])).toBeUndefined();
  });
});

describe('the limits of paths', () => {
  it('apply to packets of the refused size and longer, for eleven minutes, and are bounded', () => {
    let nowMs = 0;
    const paths = new PathLimits(() => nowMs);
    paths.noteTooBig(1, 1_400);
    paths.noteTooBig(1, 1_500);
    expect([1_399, 1_400, 1_500].map((size) => paths.isTooBig(1, size))).toEqual([false, true, true]);
    expect(paths.isTooBig(2, 1_500)).toBe(false);
    nowMs = 659_999;
    expect(paths.isTooBig(1, 1_400)).toBe(true);
    nowMs = 660_000;
    expect(paths.isTooBig(1, 1_400)).toBe(false);
    for (let address = 0; address <= 10_000; address++) paths.noteTooBig(address, 100);
    expect([0, 1, 10_000].map((address) => paths.isTooBig(address, 100))).toEqual([false, true, true]);
  });
});
