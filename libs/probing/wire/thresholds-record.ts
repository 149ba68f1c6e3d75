import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { uuidFromBytes, uuidToBytes } from './uuid';
import { type DecodedShardRecord, refuseRecord, SHARD_RECORD_BYTES_MAX, SHARD_RECORD_KIND } from './shard-record-kind';

/** Most rows of one record: with the longest values of all fields they stay below `SHARD_RECORD_BYTES_MAX`. */
export const THRESHOLD_ROWS_MAX = 20_000;
/** Most agents that the rows of one record name. */
export const THRESHOLD_AGENTS_MAX = 4_096;
/** Most records that one run of the calculation writes to one shard. */
export const THRESHOLD_PARTS_MAX = 65_535;

/** Bits of `flags`. `region`: the values are those of the region's agents to the target, because the pair has too few of its own. */
export const THRESHOLD_FLAG = { region: 1 } as const;

/** Normal round trips and losses of one pair. */
export interface PairThresholds {
  agentId: string;
  targetKey: number;
  check: number;
  /** Median round trip, and its spread, in µs; 0: no round trips are known. */
  medianUs: number;
  spreadUs: number;
  /** Share of losses that is normal at most, in millionths. */
  lossFloorPpm: number;
  /** Mean number of misses in a row, in hundredths; at least 100. */
  meanRunCenti: number;
  /** Number of results that the values are based on. */
  samples: number;
  flags: number;
}

/** Row i of the record consists of `agentIds[agentAt[i]]`, `targetKey[i]`, … for i below `count`. */
export interface ThresholdColumns {
  readonly count: number;
  readonly agentIds: readonly string[];
  readonly agentAt: Uint16Array;
  readonly targetKey: Uint32Array;
  readonly check: Uint16Array;
  readonly medianUs: Uint32Array;
  readonly spreadUs: Uint32Array;
  readonly lossFloorPpm: Uint32Array;
  readonly meanRunCenti: Uint16Array;
  readonly samples: Uint32Array;
  readonly flags: Uint8Array;
}

export interface ThresholdsRecord {
  kind: 'thresholds';
  /** Number of the calculation: grows per shard. A fold ignores runs before the last one that it applied. */
  run: number;
  /** This record is part `part` (from 0) of the `parts` records of the run. */
  part: number;
  parts: number;
  rows: ThresholdColumns;
}

const U32_MAX = 0xffff_ffff;
const AGENT_ID_BYTES = 16;

/** Largest value of each column, in the order of the columns in the record. */
const LIMITS = {
  agentAt: THRESHOLD_AGENTS_MAX - 1,
  targetKey: U32_MAX,
  check: 0xffff,
  medianUs: U32_MAX,
  spreadUs: U32_MAX,
  lossFloorPpm: 1_000_000,
  meanRunCenti: 0xffff,
  samples: U32_MAX,
  flags: 0xff,
} as const;

type Column = keyof typeof LIMITS;
const COLUMNS = Object.keys(LIMITS) as Column[];

/**
 * Encodes thresholds of pairs of one shard. Throws a RangeError for more rows or agents than a record holds, and for a value that is no
 * whole number within its limit.
 */
export function encodeThresholdsRecord(
  { run, part, parts }: Pick<ThresholdsRecord, 'run' | 'part' | 'parts'>,
  rows: readonly PairThresholds[],
): Uint8Array {
  if (rows.length > THRESHOLD_ROWS_MAX)
    throw new RangeError(`a record holds at most ${THRESHOLD_ROWS_MAX} thresholds, not ${rows.length}: split them`);
  const agentIds = [...new Set(rows.map(({ agentId }) => agentId))].sort();
  if (agentIds.length > THRESHOLD_AGENTS_MAX)
    throw new RangeError(
      `a record names at most ${THRESHOLD_AGENTS_MAX} agents, not ${agentIds.length}: split the rows`,
    );
  const agentAt = new Map(agentIds.map((agentId, at) => [agentId, at]));
  const writer = new ByteWriter(64 + agentIds.length * AGENT_ID_BYTES + rows.length * COLUMNS.length * 2);
  writer.u8(SHARD_RECORD_KIND.thresholds);
  writer.writeVarint(within('run', run, U32_MAX));
  writer.writeVarint(within('part', part, parts - 1));
  writer.writeVarint(within('parts', parts, THRESHOLD_PARTS_MAX));
  writer.writeVarint(agentIds.length);
  for (const agentId of agentIds) writer.writeBytes(uuidToBytes(agentId));
  writer.writeVarint(rows.length);
  for (const column of COLUMNS) {
    for (const row of rows) {
      const value = column === 'agentAt' ? (agentAt.get(row.agentId) ?? 0) : row[column];
      writer.writeVarint(within(column, value, LIMITS[column]));
    }
  }
  if (writer.byteLength > SHARD_RECORD_BYTES_MAX) throw new RangeError(`a record of ${writer.byteLength} bytes`);
  return writer.viewBytes();
}

function within(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${max}, not ${value}`);
}

/** Decodes the bytes after the kind. Never throws. */
export function decodeThresholds(reader: ByteReader): DecodedShardRecord {
  const [run, part, parts] = [reader.readVarint(), reader.readVarint(), reader.readVarint()];
  const agents = reader.readVarint();
  if (reader.failed) return refuseRecord('torn', 'the head of the thresholds is truncated');
  if (run > U32_MAX || parts > THRESHOLD_PARTS_MAX || part >= parts)
    return refuseRecord('torn', `run ${run}, part ${part} of ${parts}`);
  if (agents > THRESHOLD_AGENTS_MAX) return refuseRecord('too_large', `${agents} agents`);
  if (agents * AGENT_ID_BYTES > reader.remaining) return refuseRecord('torn', `${agents} agents are truncated`);
  const agentIds = Array.from({ length: agents }, () => uuidFromBytes(reader.readBytes(AGENT_ID_BYTES)));
  const count = reader.readVarint();
  if (count > THRESHOLD_ROWS_MAX) return refuseRecord('too_large', `${count} thresholds`);
  if (reader.failed || count * COLUMNS.length > reader.remaining)
    return refuseRecord('torn', `${count} thresholds are truncated`);
  const rows = allocateColumns(count, agentIds);
  for (const column of COLUMNS) {
    const limit = column === 'agentAt' ? agents - 1 : LIMITS[column];
    const values = rows[column];
    for (let at = 0; at < count; at++) {
      const value = reader.readVarint();
      if (value > limit) return refuseRecord('torn', `${column} ${value}, at most ${limit}`);
      values[at] = value;
    }
  }
  if (reader.failed || reader.remaining > 0) return refuseRecord('torn', 'the rows of the thresholds do not fit');
  return { ok: true, record: { kind: 'thresholds', run, part, parts, rows } };
}

function allocateColumns(count: number, agentIds: readonly string[]): ThresholdColumns {
  return {
    ...{ count, agentIds, agentAt: new Uint16Array(count), targetKey: new Uint32Array(count) },
    ...{ check: new Uint16Array(count), medianUs: new Uint32Array(count), spreadUs: new Uint32Array(count) },
    ...{ lossFloorPpm: new Uint32Array(count), meanRunCenti: new Uint16Array(count) },
    ...{ samples: new Uint32Array(count), flags: new Uint8Array(count) },
  };
}
