import { describe, expect, it } from 'vitest';
import { UploadSize } from './upload-size';

const UPLOAD_MS_MAX = 25_000;
const MIB = 1024 ** 2;

/** Uploads of as much as is allowed over a line of so many bytes per second; gives how long each took, Infinity if it was cut. */
function uploads(count: number, bytesPerS: number, size = new UploadSize()): number[] {
  return Array.from({ length: count }, () => {
    const bytes = size.bytesMax;
    const tookMs = 100 + (bytes / bytesPerS) * 1_000;
    if (tookMs <= UPLOAD_MS_MAX) {
      size.taken(bytes, tookMs);
      return tookMs;
    }
    size.tooSlow(bytes);
    return Infinity;
  });
}

describe('the size of an upload', () => {
  it.each([1_000, 10_000, 100_000, 250_000])('comes to some seconds on a line of %i bytes per second', (bytesPerS) => {
    const tookMs = uploads(20, bytesPerS);
    expect(tookMs.filter((ms) => ms === Infinity).length).toBeLessThan(3);
    for (const ms of tookMs.slice(-10)) expect(ms).toBeLessThan(5_000);
    for (const ms of tookMs.slice(-10)) expect(ms).toBeGreaterThan(3_000);
  });

  it('grows to its bound on a good line within a few uploads', () => {
    const size = new UploadSize();
    uploads(3, 50 * MIB, size);
    expect(size.bytesMax).toBe(MIB);
  });

  it('follows a line that gets thin, and one that gets better', () => {
    const size = new UploadSize();
    uploads(5, 50 * MIB, size);
    // A mebibyte at 10 kB per second is cut, as is the half of it, and the quarter.
    expect(uploads(6, 10_000, size).slice(0, 3)).toEqual([Infinity, Infinity, Infinity]);
    expect(size.bytesMax).toBeLessThan(60_000);
    uploads(6, 50 * MIB, size);
    expect(size.bytesMax).toBe(MIB);
  });

  it('is not small because uploads are', () => {
    const size = new UploadSize();
    for (let at = 0; at < 100; at++) size.taken(500, 120);
    expect(size.bytesMax).toBeGreaterThanOrEqual(64 * 1024);
  });

  it('is no less than a block needs, however often there is no answer', () => {
    const size = new UploadSize();
    for (let at = 0; at < 100; at++) size.tooSlow(size.bytesMax);
    expect(size.bytesMax).toBe(2 * 1024);
    size.tooMany(0.5);
    expect(size.blocksMax).toBe(1);
    for (let at = 0; at < 20; at++) size.taken(2 * 1024, 50);
    expect([size.bytesMax, size.blocksMax]).toEqual([163_840, 1_024]);
  });
});
