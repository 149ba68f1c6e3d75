import { encodePackets, OUTCOME } from '@icmp-mon/probing/contract';
import { expect, it } from 'vitest';
import { detailColumns, readDetailColumns } from './checkpoint-details';
import { SampleStore } from './sample-store';

const FIVE = encodePackets({ sent: 5, received: 4 });
const TWO = encodePackets({ sent: 2, received: 0 });

it('details stay with their samples until their window is dropped', () => {
  const store = new SampleStore();
  const window = store.add(7, 1, 1_000, 0, OUTCOME.reply, 5, false, FIVE);
  store.add(7, 1, 2_000, 0, OUTCOME.reply, 6, false);
  store.add(7, 1, 3_000, 0, OUTCOME.timeout, 0, false, TWO);
  const seen: unknown[] = [];
  store.takeFresh(window, (_agent, _offset, _outcome, _rtt, detail) => seen.push(detail));
  expect(seen).toEqual([FIVE, undefined, TWO]);
  store.dropWindow(window);
  const again = store.add(8, 1, 1_000, 0, OUTCOME.reply, 5, false);
  store.eachSample(again, (_agent, _offset, _outcome, _rtt, detail) => expect(detail).toBeUndefined());
});

it('details are the same after a checkpoint; one of an earlier release has none', () => {
  const details = new Map([
    [3, FIVE],
    [9, TWO],
  ]);
  expect(readDetailColumns(detailColumns(details))).toEqual(details);
  expect(readDetailColumns(detailColumns(new Map()))).toEqual(new Map());
  expect(readDetailColumns({})).toEqual(new Map());
});
