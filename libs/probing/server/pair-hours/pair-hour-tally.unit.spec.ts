import { encodeConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { decodePairHours, encodeSeriesBody, PAIR_HOUR_FLAG, type PairHour, RttHistogram } from '@icmp-mon/probing/wire';
import { expect, it } from 'vitest';
import { type Sample, samplesOf } from '../stored-windows.test-rows';
import { PairHourTally } from './pair-hour-tally';

const reply = (offsetMs: number, rttUs = 20_000, agentNo = 1): Sample => ({
  ...{ agentNo, offsetMs, outcome: OUTCOME.reply, rttUs },
});
const miss = (offsetMs: number, agentNo = 1): Sample => ({ agentNo, offsetMs, outcome: OUTCOME.timeout, rttUs: 0 });
const body = (samples: readonly Sample[]): Uint8Array => encodeSeriesBody(samplesOf(samples));

function tallied(...windows: Sample[][]): PairHour[] {
  const tally = new PairHourTally();
  for (const samples of windows) tally.addWindow([body(samples)]);
  const bytes = tally.takeBody(() => 0);
  return bytes === null ? [] : decodePairHours(bytes);
}

const countOf = ({ histogram }: PairHour): number => {
  const decoded = new RttHistogram();
  decoded.merge(histogram);
  return decoded.count;
};

it('counts rounds, misses and their runs per agent, also across windows', () => {
  const first = [reply(0), miss(60_000), miss(120_000), reply(180_000), miss(240_000), reply(5_000, 9_000, 7)];
  const [one, seven] = tallied(first, [miss(0), reply(60_000)]);
  expect(one).toMatchObject({ agentNo: 1, sent: 7, lost: 4, runs: 2, flags: PAIR_HOUR_FLAG.bad });
  expect(seven).toMatchObject({ agentNo: 7, sent: 1, lost: 0, runs: 0, flags: 0 });
  expect(countOf(one)).toBe(3);
});

it('does not count probes that confirm a miss', () => {
  const confirming = [16_000, 16_500, 17_000];
  const regular = [reply(0), miss(15_000), reply(30_000)];
  const detail = encodeConfirming();
  const [answered] = tallied([...regular, ...confirming.map((at) => ({ ...reply(at), detail }))]);
  expect(answered).toMatchObject({ sent: 3, lost: 1, runs: 1 });
  expect(countOf(answered)).toBe(2);
  const [missed] = tallied([...regular, ...confirming.map((at) => ({ ...miss(at), detail }))]);
  expect(missed).toMatchObject({ sent: 3, lost: 1, runs: 1 });
});

it('does not count what was never sent, and writes nothing for it', () => {
  const unsent = { agentNo: 1, offsetMs: 0, outcome: OUTCOME.not_sent, rttUs: 0 };
  expect(tallied([unsent, { ...unsent, offsetMs: 9_000, outcome: OUTCOME.error }])).toEqual([]);
});

it('merges rows of one window in the order of time, starts again for the next target, and marks what is left out', () => {
  const tally = new PairHourTally();
  tally.addWindow([body([miss(0), miss(30_000)]), body([reply(15_000), reply(45_000), reply(60_000)])]);
  const [pair] = decodePairHours(tally.takeBody((agentNo) => (agentNo === 1 ? PAIR_HOUR_FLAG.maintenance : 0))!);
  expect(pair).toMatchObject({ sent: 5, lost: 2, runs: 2, flags: PAIR_HOUR_FLAG.maintenance });
  tally.addWindow([body([reply(0)])]);
  expect(decodePairHours(tally.takeBody(() => 0)!)).toMatchObject([{ sent: 1, lost: 0, flags: 0 }]);
  expect(tally.takeBody(() => 0)).toBeNull();
});
