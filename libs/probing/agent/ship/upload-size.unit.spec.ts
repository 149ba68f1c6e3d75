import { describe, expect, it } from 'vitest';
import { UploadSize } from './upload-size';

const UPLOAD_MS_MAX = 25_000;
const MIB = 1024 ** 2;

/** Returns how long uploads of the allowed size took on a line of this many bytes per second; Infinity for uploads that timed out. */
function uploads(count: number, bytesPerS: number, size = new UploadSize()): number[] {
  return Array.from({ length: count }, () => {
    const bytes = size.bytesMax;
    const tookMs = 100 + (bytes / bytesPerS) * 1_000;
    if (tookMs <= UPLOAD_MS_MAX) {
      size.recordUpload(bytes, tookMs);
      return tookMs;
    }
    size.tooSlow(bytes);
    return Infinity;
  });
}

describe('the size of an upload', () => {
  it.each([1_000, 10_000, 100_000, 250_000])('takes some seconds on a line of %i bytes per second', (bytesPerS) => {
    const tookMs = uploads(20, bytesPerS);
    expect(tookMs.filter((ms) => ms === Infinity).length).toBeLessThan(3);
    for (const ms of tookMs.slice(-10)) expect(ms).toBeLessThan(5_000);
    for (const ms of tookMs.slice(-10)) expect(ms).toBeGreaterThan(3_000);
  });

  it('grows to its limit on a fast line within a few uploads', () => {
    const size = new UploadSize();
    uploads(3, 50 * MIB, size);
    expect(size.bytesMax).toBe(MIB);
  });

  it('adapts to a line that becomes slower or faster', () => {
    const size = new UploadSize();
    uploads(5, 50 * MIB, size);
    // A mebibyte at 10 kB per second times out, as do half and a quarter of it.
    expect(uploads(6, 10_000, size).slice(0, 3)).toEqual([Infinity, Infinity, Infinity]);
    expect(size.bytesMax).toBeLessThan(60_000);
    uploads(6, 50 * MIB, size);
    expect(size.bytesMax).toBe(MIB);
  });

  it('does not shrink because uploads are small', () => {
    const size = new UploadSize();
    for (let at = 0; at < 100; at++) size.recordUpload(500, 120);
    expect(size.bytesMax).toBeGreaterThanOrEqual(64 * 1024);
  });

  it('never falls below the size of a block, regardless of the number of failures', () => {
    const size = new UploadSize();
    for (let at = 0; at < 100; at++) size.tooSlow(size.bytesMax);
    expect(size.bytesMax).toBe(2 * 1024);
    size.tooMany(0.5);
    expect(size.blocksMax).toBe(1);
    for (let at = 0; at < 20; at++) size.recordUpload(2 * 1024, 50);
    expect([size.bytesMax, size.blocksMax]).toEqual([163_840, 1_024]);
  });
});
