import { seeded } from '@icmp-mon/shard/engine/testing';
import { expect, it } from 'vitest';
import { calculateBaseline } from '../calculator/calculate-baseline';
import { hourOf } from '../calculator/hours.test-data';
import { decodeBaselines, encodeBaselines, type StoredBaseline } from './baseline-body';

const random = seeded(1);
const hours = Array.from({ length: 30 }, (_, at) => hourOf(400_000 + at, { rttUs: 20_000, lossShare: 0.02 }, random));
const { baseline } = calculateBaseline(hours, null);
const stored: StoredBaseline[] = [1, 7].map((agentNo) => ({
  ...{ agentNo, baseline: { ...baseline!, isKept: agentNo === 7 }, band: { medianUs: 19_000, spreadUs: 1_000 } },
}));

it('baselines are read as they were written, in at most 40 bytes per pair', () => {
  const bytes = encodeBaselines(stored);
  expect(decodeBaselines(bytes)).toEqual(stored);
  expect(bytes.length / stored.length).toBeLessThan(40);
  expect(decodeBaselines(encodeBaselines([]))).toEqual([]);
});

it('bytes of another version, and truncated bytes, are refused', () => {
  const bytes = encodeBaselines(stored);
  expect(() => decodeBaselines(Uint8Array.of(2, ...bytes.subarray(1)))).toThrow('version 2');
  expect(() => decodeBaselines(bytes.subarray(0, bytes.length - 1))).toThrow('truncated');
});
