import { HOUR_MS } from '@icmp-mon/platform/plugins';
import { ByteReader, ByteWriter } from '@icmp-mon/probing/wire';
import type { Baseline } from '../calculator/calculate-baseline';
import type { RttLevel } from '../calculator/rtt-level';

const VERSION = 1;
const FIELDS = 17;
const writer = new ByteWriter(1024);

/** Baseline of one agent, as a row of `baseline` contains it. */
export interface StoredBaseline {
  agentNo: number;
  baseline: Baseline;
  /** The last level in `baseline_change`. */
  band: RttLevel;
}

/** Encodes the baselines of one target and check, in ascending order of agents. */
export function encodeBaselines(stored: readonly StoredBaseline[]): Uint8Array {
  writer.reset();
  writer.u8(VERSION);
  for (const { agentNo, baseline, band } of stored) {
    const { medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, hoursUsed, fromMs, toMs, leftOut } = baseline;
    const { outage, maintenance, isolated, offLevel, lossy } = leftOut;
    for (const value of [
      ...[agentNo, medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, hoursUsed, fromMs / HOUR_MS],
      ...[(toMs - fromMs) / HOUR_MS, outage, maintenance, isolated, offLevel, lossy, band.medianUs, band.spreadUs],
      ...[baseline.isKept ? 1 : 0],
    ])
      writer.writeVarint(value);
  }
  return writer.copyBytes();
}

/** Decodes a body. Throws an Error for bytes that this version does not read. */
export function decodeBaselines(bytes: Uint8Array): StoredBaseline[] {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION)
    throw new Error(`baselines of version ${version}, this reads 1: a newer release wrote them, upgrade this process`);
  const stored: StoredBaseline[] = [];
  while (reader.remaining > 0) {
    const values = Array.from({ length: FIELDS }, () => reader.readVarint());
    if (reader.failed) throw new Error('baselines are truncated');
    const [agentNo, medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, hoursUsed, fromHour, hours] = values;
    const [outage, maintenance, isolated, offLevel, lossy, bandMedianUs, bandSpreadUs, kept] = values.slice(9);
    const fromMs = fromHour * HOUR_MS;
    const baseline: Baseline = {
      ...{ medianUs, spreadUs, lossFloorPpm, meanRunCenti, samples, hoursUsed, fromMs },
      toMs: fromMs + hours * HOUR_MS,
      leftOut: { outage, maintenance, isolated, offLevel, lossy },
      isKept: kept === 1,
    };
    stored.push({ agentNo, baseline, band: { medianUs: bandMedianUs, spreadUs: bandSpreadUs } });
  }
  return stored;
}
