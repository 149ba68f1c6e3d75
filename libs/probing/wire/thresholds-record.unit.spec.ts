import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeShardRecord, encodeThresholdsRecord } from '.';
import { SHARD_RECORD_BYTES_MAX } from './shard-record-kind';
import { type PairThresholds, THRESHOLD_AGENTS_MAX, THRESHOLD_ROWS_MAX } from './thresholds-record';

const idOf = (at: number): string => `01900000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`;
const row: PairThresholds = {
  ...{ agentId: idOf(1), targetKey: 7, check: 1, medianUs: 20_100, spreadUs: 1_100, lossFloorPpm: 5_000 },
  ...{ meanRunCenti: 100, samples: 5_760, flags: 0 },
};
const largest: PairThresholds = {
  ...{ agentId: idOf(0), targetKey: 0xffff_ffff, check: 0xffff, medianUs: 0xffff_ffff, spreadUs: 0xffff_ffff },
  ...{ lossFloorPpm: 1_000_000, meanRunCenti: 0xffff, samples: 0xffff_ffff, flags: 0xff },
};

function decodedRows(bytes: Uint8Array): PairThresholds[] {
  const decoded = decodeShardRecord(bytes);
  if (!decoded.ok || decoded.record.kind !== 'thresholds') throw new Error(JSON.stringify(decoded));
  const { count, agentIds, agentAt, ...columns } = decoded.record.rows;
  const { targetKey, check, medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, flags } = columns;
  return Array.from({ length: count }, (_, at) => ({
    ...{ agentId: agentIds[agentAt[at]], targetKey: targetKey[at], check: check[at], medianUs: medianUs[at] },
    ...{ spreadUs: spreadUs[at], lossFloorPpm: lossFloorPpm[at], meanRunCenti: meanRunCenti[at] },
    ...{ samples: samples[at], flags: flags[at] },
  }));
}

describe('a record of thresholds', () => {
  it('decodes to the same rows', () => {
    const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
    const rows = fc.record({
      ...{ agentId: fc.integer({ min: 0, max: 9 }).map(idOf), targetKey: u32, check: fc.integer({ min: 0, max: 9 }) },
      ...{ medianUs: u32, spreadUs: u32, lossFloorPpm: fc.integer({ min: 0, max: 1_000_000 }) },
      ...{ meanRunCenti: fc.integer({ min: 100, max: 0xffff }), samples: u32, flags: fc.integer({ min: 0, max: 1 }) },
    });
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 20 }), (some) => {
        expect(decodedRows(encodeThresholdsRecord({ run: 3, part: 0, parts: 1 }, some))).toEqual(some);
      }),
    );
    const head = decodeShardRecord(encodeThresholdsRecord({ run: 3, part: 1, parts: 2 }, [row]));
    expect(head).toMatchObject({ ok: true, record: { kind: 'thresholds', run: 3, part: 1, parts: 2 } });
  });

  it('fits in a record with the most rows, agents, and the largest values', () => {
    const rows = Array.from({ length: THRESHOLD_ROWS_MAX }, (_, at) => ({
      ...largest,
      agentId: idOf(at % THRESHOLD_AGENTS_MAX),
    }));
    const bytes = encodeThresholdsRecord({ run: 0xffff_ffff, part: 65_534, parts: 65_535 }, rows);
    expect(bytes.length).toBeLessThan(SHARD_RECORD_BYTES_MAX);
    expect(decodedRows(bytes)).toHaveLength(THRESHOLD_ROWS_MAX);
  });

  it('refuses to encode what no reader would accept', () => {
    const encode =
      (rows: PairThresholds[], head = { run: 1, part: 0, parts: 1 }): (() => Uint8Array) =>
      () =>
        encodeThresholdsRecord(head, rows);
    const many = Array.from({ length: THRESHOLD_ROWS_MAX + 1 }, () => row);
    expect(encode(many)).toThrow('at most 20000 thresholds, not 20001: split them');
    const ofMany = Array.from({ length: THRESHOLD_AGENTS_MAX + 1 }, (_, at) => ({ ...row, agentId: idOf(at) }));
    expect(encode(ofMany)).toThrow('at most 4096 agents, not 4097: split the rows');
    expect(encode([{ ...row, medianUs: 0.5 }])).toThrow(
      'medianUs must be a whole number from 0 to 4294967295, not 0.5',
    );
    expect(encode([{ ...row, lossFloorPpm: 1_000_001 }])).toThrow('lossFloorPpm');
    expect(encode([{ ...row, agentId: 'Somebody' }])).toThrow('UUID');
    expect(encode([row], { run: 1, part: 1, parts: 1 })).toThrow('part must be a whole number from 0 to 0');
  });

  it('is refused when it is truncated anywhere, has more bytes than its rows, or exceeds a limit', () => {
    const bytes = encodeThresholdsRecord({ run: 1, part: 0, parts: 1 }, [row, { ...row, agentId: idOf(2) }]);
    for (let length = 1; length < bytes.length; length++)
      expect(decodeShardRecord(bytes.slice(0, length)), `${length} bytes`).toMatchObject({ reason: 'torn' });
    expect(decodeShardRecord(Uint8Array.of(...bytes, 0))).toMatchObject({ reason: 'torn' });
    expect(decodeShardRecord(Uint8Array.of(4, 1, 1, 1, 0, 0))).toMatchObject({ detail: 'run 1, part 1 of 1' });
    expect(decodeShardRecord(Uint8Array.of(4, 1, 0, 1, 0x81, 0x20))).toMatchObject({ detail: '4097 agents' });
    expect(decodeShardRecord(Uint8Array.of(4, 1, 0, 1, 0, 0xa1, 0x9c, 0x01))).toMatchObject({
      detail: '20001 thresholds',
    });
    const noAgent = Uint8Array.of(4, 1, 0, 1, 0, 1, ...new Uint8Array(9));
    expect(decodeShardRecord(noAgent)).toMatchObject({ detail: 'agentAt 0, at most -1' });
  });
});
