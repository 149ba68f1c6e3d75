import { OUTCOME } from '@icmp-mon/probing/contract';
import { BLOCK_LIMITS, decodeBlock, encodeBody, frameBlock, LANE, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { describe, expect, it } from 'vitest';
import { compress, decompressBounded } from '@icmp-mon/platform/zstd';

const BASE_TIME_MS = 1_795_000_000_000;

/** A fixed linear congruential sequence from 0 to 1, so that sizes are the same in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Rounded like fping prints it: three significant digits. */
function threeDigits(us: number): number {
  return Math.round(Number(us.toPrecision(3)));
}

function fleetBlock(count: number): Uint8Array {
  const random = randomFrom(count);
  const builder = new ResultColumnsBuilder();
  for (let at = 0; at < count; at++) {
    const timeMs = BASE_TIME_MS + Math.floor((at * 1000) / count + random() * 5);
    const lost = random() < 0.03;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const rttUs = threeDigits(18_000 * Math.exp(0.8 * normal));
    builder.addResult(
      Math.floor(random() * 100_000),
      1,
      timeMs,
      lost ? OUTCOME.timeout : OUTCOME.reply,
      lost ? 0 : rttUs,
    );
  }
  const address = {
    agentId: '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f',
    boot: 3,
    lane: LANE.live,
    shard: 5,
    sequence: 86_400,
    policyVersion: 17,
  };
  return frameBlock(address, encodeBody(builder.buildColumns(), compress));
}

describe('blocks of a fleet, compressed with zstd', () => {
  it.each([
    [3, 22],
    [100, 9],
    [1_000, 9],
    [20_000, 9],
  ])('of %i results cost at most %i bytes per result', (count, bytesPerResultMax) => {
    const block = fleetBlock(count);
    console.log(`${count} results: ${block.length} bytes, ${(block.length / count).toFixed(2)} per result`);
    expect(block.length / count).toBeLessThanOrEqual(bytesPerResultMax);
    const decoded = decodeBlock(block, decompressBounded);
    expect(decoded.ok && decoded.columns.count).toBe(count);
  });

  it('are refused when the columns are longer than the header states', () => {
    const decoded = decodeBlock(fleetBlock(1_000), (bytes) => decompressBounded(bytes, 100), BLOCK_LIMITS);
    expect(decoded).toMatchObject({ ok: false, reason: 'decompress_failed' });
  });
});
