import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import {
  allocateColumns,
  BLOCK_RESULTS_MAX,
  type BlockAddress,
  decodeBlock,
  encodeBody,
  frameBlock,
  inspectBlock,
  LANE,
  ResultColumnsBuilder,
} from '.';
import { BLOCK_RAW_BYTES_MAX } from './block-header';
import {
  ADDRESS,
  arbitraryAddress,
  arbitraryRow,
  BASE_TIME_MS,
  blockOf,
  columnsOf,
  compressRuns,
  decompressRuns,
  equalRows,
  rowsOf,
  THREE_ROWS,
} from './block-fixtures';
import { ByteWriter } from './byte-writer';

/** Frames given header fields and a body with a correct CRC, as a hostile agent could. */
function forge(figures: Partial<Record<string, number>>, body = new Uint8Array(20)): Uint8Array {
  const writer = new ByteWriter();
  writer.writeBytes(blockOf(THREE_ROWS).subarray(0, 8));
  writer.u8(figures.flags ?? 0b100);
  writer.writeBytes(figures.agent === 0 ? new Uint8Array(16) : blockOf(THREE_ROWS).subarray(9, 25));
  const standard = { shard: 5, boot: 3, sequence: 1, policyVersion: 1, baseTimeMs: 1, count: 3, rawLength: 20 };
  const all: Record<string, number | undefined> = { ...standard, bodyLength: body.length, ...figures };
  for (const name of [...Object.keys(standard), 'bodyLength']) writer.writeVarint(all[name] ?? 0);
  writer.writeBytes(body);
  writer.setU32(4, crc32(writer.viewBytes().subarray(8)));
  return writer.copyBytes();
}

describe('a block', () => {
  it('decodes to the same results, sorted by time, and the same address', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRow, { minLength: 1, maxLength: 200 }), arbitraryAddress, (rows, address) => {
        const decoded = decodeBlock(blockOf(rows, address), decompressRuns);
        if (!decoded.ok) throw new Error(decoded.detail);
        expect(decoded.header).toMatchObject(address);
        expect(rowsOf(decoded.columns)).toEqual([...rows].sort((a, b) => a.timeMs - b.timeMs));
      }),
    );
  });

  it("decodes to its agent, regardless of the previous block's agent", () => {
    const last = '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e50';
    for (const agentId of [ADDRESS.agentId, last, last, ADDRESS.agentId, ADDRESS.agentId.replace('0', '1')]) {
      expect(inspectBlock(blockOf(THREE_ROWS, { ...ADDRESS, agentId }))).toMatchObject({ header: { agentId } });
    }
  });

  it('is compressed when that makes it shorter', () => {
    const block = blockOf(equalRows(1_000));
    const inspected = inspectBlock(block);
    expect(inspected).toMatchObject({ ok: true, header: { count: 1_000, stored: false } });
    expect(block.length).toBeLessThan(200);
    const decoded = decodeBlock(block, decompressRuns);
    expect(decoded.ok && rowsOf(decoded.columns)).toEqual(equalRows(1_000));
  });

  it('can contain the longest possible columns', () => {
    const far = 0xffff_ffff;
    const rows = Array.from({ length: 100 }, (_, at) => ({
      ...{ targetKey: at % 2 === 0 ? far : 0, check: at % 2 === 0 ? 0xffff : 0xfffe, timeMs: at === 0 ? 0 : far },
      ...{ outcome: OUTCOME.reply, rttUs: far },
    }));
    expect(decodeBlock(blockOf(rows), decompressRuns)).toMatchObject({ ok: true, header: { count: 100 } });
  });

  it('can contain the maximum number of results', () => {
    const block = blockOf(equalRows(BLOCK_RESULTS_MAX));
    expect(decodeBlock(block, decompressRuns)).toMatchObject({ ok: true, header: { count: BLOCK_RESULTS_MAX } });
  });

  it('fills given columns that are large enough, and allocates new ones otherwise', () => {
    const roomy = allocateColumns(10);
    const decoded = decodeBlock(blockOf(THREE_ROWS), decompressRuns, undefined, roomy);
    expect(decoded.ok && decoded.columns).toBe(roomy);
    expect(rowsOf(roomy)).toEqual(THREE_ROWS);
    const tight = allocateColumns(2);
    const fresh = decodeBlock(blockOf(THREE_ROWS), decompressRuns, undefined, tight);
    expect(fresh.ok && fresh.columns !== tight && rowsOf(fresh.columns)).toEqual(THREE_ROWS);
  });

  it('has the time of the earliest result as base time, also where columns start later', () => {
    const columns = columnsOf(THREE_ROWS);
    columns.timeOffsetMs.set([500, 810, 1_155]);
    expect(encodeBody(columns, compressRuns).baseTimeMs).toBe(BASE_TIME_MS + 500);
  });
});

describe('an agent cannot frame', () => {
  it.each([
    ['a boot beyond u32', { boot: 2 ** 32 }, /boot/],
    ['a fractional sequence', { sequence: 0.5 }, /sequence/],
    ['a shard beyond u16', { shard: 65_536 }, /shard/],
    ['an agent id that is not a UUID', { agentId: 'NOT-A-UUID' }, /UUID/],
    ['the nil agent id', { agentId: '00000000-0000-0000-0000-000000000000' }, /UUID/],
  ])('%s', (_, change: Partial<BlockAddress>, message) => {
    expect(() => blockOf(THREE_ROWS, { ...ADDRESS, ...change })).toThrow(message);
  });

  it('no results, too many results, or an unknown outcome', () => {
    expect(() => encodeBody(allocateColumns(1), compressRuns)).toThrow(/1 to 20000 results, not 0/);
    const many = allocateColumns(BLOCK_RESULTS_MAX + 1);
    many.count = BLOCK_RESULTS_MAX + 1;
    expect(() => encodeBody(many, compressRuns)).toThrow(/not 20001/);
    expect(() => encodeBody(columnsOf([{ ...THREE_ROWS[0], outcome: 9 }]), compressRuns)).toThrow(/outcome code 9/);
  });
});

describe('invalid bytes are refused with a reason', () => {
  const block = blockOf(THREE_ROWS);
  const packed = blockOf(equalRows(300));

  it('truncated at any length', () => {
    for (const whole of [block, packed]) {
      for (let length = 0; length < whole.length; length++) {
        const decoded = decodeBlock(whole.subarray(0, length), decompressRuns);
        expect(decoded).toMatchObject({ ok: false, reason: length === 0 ? 'empty' : 'too_short' });
      }
    }
  });

  it('with any one bit flipped', () => {
    for (const whole of [block, packed]) {
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const flipped = whole.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        expect(decodeBlock(flipped, decompressRuns).ok, `bit ${bit}`).toBe(false);
      }
    }
  });

  it('of another version or kind, or with trailing bytes', () => {
    const newer = block.slice();
    newer[3] = 2;
    expect(inspectBlock(newer)).toMatchObject({ reason: 'foreign_version', detail: 'version 2, this reads 1' });
    expect(inspectBlock(new TextEncoder().encode('{"results":[]}'))).toMatchObject({ reason: 'bad_magic' });
    expect(inspectBlock(Uint8Array.of(...block, 0))).toMatchObject({ reason: 'trailing_bytes' });
  });

  it.each([
    ['bad_flags', { flags: 0b1000 }],
    ['bad_lane', { flags: 0b110 }],
    ['bad_lane', { flags: 0b111 }],
    ['bad_agent', { agent: 0 }],
    ['bad_header', { shard: 65_536 }],
    ['bad_header', { boot: 2 ** 32 }],
    ['empty', { count: 0 }],
    ['too_large', { count: BLOCK_RESULTS_MAX + 1 }],
    ['too_large', { rawLength: BLOCK_RAW_BYTES_MAX + 1 }],
    ['too_large', { bodyLength: 2 ** 40 }],
    ['bad_length', { count: 11 }],
    ['bad_length', { rawLength: 21 }],
    ['bad_length', { flags: 0, rawLength: 157 }],
    ['bad_length', { flags: 0, rawLength: 20 }],
    ['bad_columns', {}],
  ])('%s with a correct CRC and %o', (reason, figures) => {
    expect(decodeBlock(forge(figures), decompressRuns)).toMatchObject({ ok: false, reason });
  });

  it.each([
    ['a target key below 0', /target key -1/, [1, 0, 0, 0, 0, 0, 1, 3, 0, 3, 0, 0, 0]],
    ['a run beyond the count', /check run of 4 in row 0 of 3/, [2, 2, 2, 0, 1, 1, 1, 4, 0, 3, 0, 0, 0]],
    ['an empty run', /check run of 0/, [2, 2, 2, 0, 1, 1, 1, 0, 0, 3, 0, 0, 0]],
    ['an unknown outcome', /outcome code 7/, [2, 2, 2, 0, 1, 1, 1, 3, 7, 3]],
    ['an outcome beyond a byte', /outcome 256/, [2, 2, 2, 0, 1, 1, 1, 3, 128, 2, 3]],
    ['truncated rtts', /rtts are truncated/, [2, 2, 2, 0, 1, 1, 1, 3, 0, 3, 5, 5]],
    ['truncated runs', /check runs are truncated/, [2, 2, 2, 0, 1, 1, 1]],
    ['an rtt beyond u32', /rtt of/, [2, 2, 2, 0, 1, 1, 1, 3, 0, 3, 5, 5, 255, 255, 255, 255, 127]],
    ['a time beyond u32', /time offset/, [2, 2, 2, 0, 1, 255, 255, 255, 255, 127, 1, 3, 0, 3, 5, 5, 5]],
    [
      'a varint beyond 2^53',
      /times are truncated/,
      [2, 2, 2, 0, 1, 255, 255, 255, 255, 255, 255, 255, 127, 1, 3, 0, 3],
    ],
    [
      'a varint of nine bytes',
      /times are truncated/,
      [2, 2, 2, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 3, 0, 3],
    ],
    ['bytes after the last column', /1 bytes after/, [2, 2, 2, 0, 1, 1, 1, 3, 0, 3, 5, 5, 5, 1, 0, 1, 1, 1, 9]],
  ])('columns with %s', (_, detail, bytes) => {
    const body = Uint8Array.from(bytes);
    expect(decodeBlock(forge({ rawLength: body.length }, body), decompressRuns)).toMatchObject({
      reason: 'bad_columns',
      detail: expect.stringMatching(detail),
    });
  });

  it('with a body that differs from the header', () => {
    const body = Uint8Array.of(10, 1);
    const short = forge({ flags: 0, rawLength: 20 }, body);
    expect(decodeBlock(short, decompressRuns)).toMatchObject({
      reason: 'decompress_failed',
      detail: expect.stringMatching(/10 bytes/),
    });
    const long = forge({ flags: 0, rawLength: 9 }, body);
    expect(decodeBlock(long, decompressRuns)).toMatchObject({
      reason: 'decompress_failed',
      detail: expect.stringMatching(/more than 9/),
    });
  });

  it('for any input: no exception, no decompression without a correct CRC', () => {
    const forbidden = (): never => {
      throw new Error('decompressed before the CRC was checked');
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (garbage, withMagic) => {
        const bytes = withMagic ? Uint8Array.of(...block.subarray(0, 4), ...garbage) : garbage;
        expect(decodeBlock(bytes, forbidden)).toMatchObject({
          ok: false,
          reason: expect.not.stringMatching('decompress'),
        });
      }),
    );
  });

  it('also with a correct CRC: no exception for any columns', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 60 }), (body) => {
        const decoded = decodeBlock(forge({ rawLength: body.length }, body), decompressRuns);
        if (!decoded.ok) expect(decoded.reason).toBe('bad_columns');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the builder of columns', () => {
  it('accepts results up to its capacity, and again once cleared', () => {
    const builder = new ResultColumnsBuilder(3, 1);
    for (let at = 0; at < 3; at++) expect(builder.addResult(at, 1, BASE_TIME_MS - at, OUTCOME.reply, at)).toBe(true);
    expect(builder.isFull).toBe(true);
    expect(builder.addResult(9, 1, BASE_TIME_MS, OUTCOME.reply, 9)).toBe(false);
    expect(rowsOf(builder.buildColumns()).map((row) => [row.targetKey, row.timeMs])).toEqual([
      [0, BASE_TIME_MS],
      [1, BASE_TIME_MS - 1],
      [2, BASE_TIME_MS - 2],
    ]);
    builder.clear();
    expect(builder.buildColumns().count).toBe(0);
    expect(builder.addResult(9, 1, BASE_TIME_MS, OUTCOME.reply, 9)).toBe(true);
    expect(rowsOf(builder.buildColumns())).toMatchObject([{ targetKey: 9 }]);
  });

  it('caps a jump of the clock at the end of the time span', () => {
    const builder = new ResultColumnsBuilder();
    builder.addResult(1, 1, 0, OUTCOME.reply, 1);
    builder.addResult(1, 1, BASE_TIME_MS, OUTCOME.reply, 1);
    expect(builder.buildColumns().timeOffsetMs[1]).toBe(0xffff_ffff);
    expect(
      decodeBlock(
        frameBlock({ ...ADDRESS, lane: LANE.backfill }, encodeBody(builder.buildColumns(), compressRuns)),
        decompressRuns,
      ),
    ).toMatchObject({ ok: true, header: { baseTimeMs: 0, lane: LANE.backfill } });
  });

  it('refuses a capacity that exceeds a block', () => {
    expect(() => new ResultColumnsBuilder(BLOCK_RESULTS_MAX + 1)).toThrow(/outside 1 to 20000/);
  });
});
