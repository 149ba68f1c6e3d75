import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { AGENT_NO_MAX, SeriesBodyError } from './series-body';

/** Reasons for which an hour is not evidence of the usual, as bits. */
export const PAIR_HOUR_FLAG = {
  /** More than half of the rounds were missed. */
  bad: 1,
  /** The target was in maintenance at some time of the hour. */
  maintenance: 2,
  /** The agent was set aside as isolated at some time of the hour. */
  isolated: 4,
} as const;

/** One hour of one agent at one target and check. */
export interface PairHour {
  /** Number of the agent in the telemetry database: 1 to 32,767. */
  agentNo: number;
  /** Rounds sent, and rounds missed; without the confirming probes after a miss. */
  sent: number;
  lost: number;
  /** Number of runs of successive missed rounds: `lost / runs` is their mean length. */
  runs: number;
  /** Bits of `PAIR_HOUR_FLAG`. */
  flags: number;
  /** Sparse form of an `RttHistogram`. */
  histogram: Uint8Array;
}

const VERSION = 1;
const writer = new ByteWriter(1024);

/** Encodes the hour of one target and check: its agents in ascending order of their numbers. Equal hours give equal bytes. */
export function encodePairHours(pairs: readonly PairHour[]): Uint8Array {
  writer.reset();
  writer.u8(VERSION);
  let previousNo = 0;
  for (const { agentNo, sent, lost, runs, flags, histogram } of pairs) {
    if (agentNo <= previousNo || agentNo > AGENT_NO_MAX) throw new RangeError(`agent ${agentNo} after ${previousNo}`);
    for (const value of [agentNo - previousNo, sent, lost, runs]) writer.writeVarint(value);
    writer.u8(flags);
    writer.writeVarint(histogram.length);
    writer.writeBytes(histogram);
    previousNo = agentNo;
  }
  return writer.copyBytes();
}

/** Returns the agents of an hour; histograms are views. Throws a `SeriesBodyError` for invalid bytes. */
export function decodePairHours(bytes: Uint8Array): PairHour[] {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION)
    throw new SeriesBodyError(
      `pair hour of version ${version}, this reads 1: a newer release wrote it, upgrade this process`,
    );
  const pairs: PairHour[] = [];
  let agentNo = 0;
  while (reader.remaining > 0) {
    const distance = reader.readVarint();
    agentNo += distance;
    const [sent, lost, runs] = [reader.readVarint(), reader.readVarint(), reader.readVarint()];
    const flags = reader.u8();
    const histogram = reader.readBytes(reader.readVarint());
    if (reader.failed || distance < 1 || agentNo > AGENT_NO_MAX || lost > sent || runs > lost)
      throw new SeriesBodyError(`hour of agent ${agentNo} is truncated or out of range: ${lost} of ${sent} lost`);
    pairs.push({ agentNo, sent, lost, runs, flags, histogram });
  }
  return pairs;
}
