import { describe, expect, it } from 'vitest';
import { SendingOverhead, SendTimes } from './sending-overhead';

const PACKETS = 1_000;

/** A process that needs `takesMs` more per packet than asked, on a machine whose CPU is free after `waitsMs` per packet. */
function send(overhead: SendingOverhead, spacingMs: number, takesMs: number, waitsMs = 0): number {
  const askedMs = overhead.askFor(spacingMs);
  const tookMs = (askedMs + takesMs + waitsMs) * PACKETS;
  overhead.noteSlice({ packets: PACKETS, tookMs, askedMs, waitedMs: waitsMs * PACKETS });
  return tookMs / PACKETS;
}

describe('the overhead per packet', () => {
  it('is subtracted from the second slice on, at any spacing', () => {
    const overhead = new SendingOverhead();
    expect(send(overhead, 0.3, 0.115)).toBeCloseTo(0.415, 9);
    for (const spacingMs of [0.3, 0.3, 3, 30, 0.5]) expect(send(overhead, spacingMs, 0.115)).toBeCloseTo(spacingMs, 9);
  });

  it('contains waits for a busy CPU, so that the first slice after a busy time is somewhat faster than planned', () => {
    for (const spacingMs of [0.2, 0.3, 0.5, 0.625, 1, 3, 30]) {
      const overhead = new SendingOverhead();
      for (let slice = 0; slice < 10; slice++) send(overhead, spacingMs, 0.115, 0.6);
      expect(send(overhead, spacingMs, 0.115)).toBeGreaterThan(spacingMs / 1.3);
      expect(send(overhead, spacingMs, 0.115)).toBeCloseTo(spacingMs, 1);
    }
  });

  it('contains no wait for a busy CPU where the policy allows no faster packets', () => {
    const overhead = new SendingOverhead();
    for (let slice = 0; slice < 10; slice++) send(overhead, 0.5, 0.115, 0.6);
    expect(overhead.askFor(0.5, 0.5) + 0.115).toBeGreaterThanOrEqual(0.48);
    expect(overhead.askFor(0.5, 0.45) + 0.115).toBeGreaterThanOrEqual(0.43);
    expect(overhead.askFor(0.5, 0)).toBeCloseTo(0.3, 9);
  });

  it('follows a change: to less with the next slice, to more within four', () => {
    const overhead = new SendingOverhead();
    for (let slice = 0; slice < 4; slice++) send(overhead, 1, 0.2);
    send(overhead, 1, 0.1);
    expect(overhead.askFor(1)).toBeCloseTo(0.9, 9);
    for (let slice = 0; slice < 4; slice++) send(overhead, 1, 0.2);
    expect(overhead.askFor(1)).toBeCloseTo(0.8, 9);
  });

  it('is at most a fifth of the spacing, of a short one a quarter of a millisecond or two fifths, and never negative', () => {
    const overhead = new SendingOverhead();
    for (let slice = 0; slice < 4; slice++) send(overhead, 10, 5);
    expect([10, 0.4, 0.02].map((ms) => overhead.askFor(ms))).toEqual([8, 0.24, 0.012]);
    overhead.noteSlice({ packets: PACKETS, tookMs: 0, askedMs: 1, waitedMs: 0 });
    expect(overhead.askFor(1)).toBe(1);
  });

  it('is not learned from a few packets', () => {
    const overhead = new SendingOverhead();
    overhead.noteSlice({ packets: 99, tookMs: 990, askedMs: 1, waitedMs: 0 });
    expect(overhead.askFor(1)).toBe(1);
  });
});

it('measures sending from the first to the last packet that was answered', () => {
  const times = new SendTimes();
  expect(times).toMatchObject({ packets: 0, tookMs: 0 });
  for (const [index, atMs] of [
    [2, 1_020],
    [5, 1_052],
    [4, 1_041],
    [9, 1_093],
  ])
    times.noteReply(index, atMs);
  expect(times).toMatchObject({ packets: 7, tookMs: 73 });
});
