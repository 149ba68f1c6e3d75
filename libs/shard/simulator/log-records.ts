import { encodeThresholdsRecord } from '@icmp-mon/probing/wire';
import { PING } from './simulated-agent';

/** Returns another record with a damaged block, or bytes that are not a record. */
export function garbageAfter(records: readonly Uint8Array[], form: number): Uint8Array {
  const last = records.findLast((record) => record[0] === 1);
  if (form === 0 || !last) return new Uint8Array();
  if (form === 1) return Uint8Array.of(9, 1, 2, 3);
  if (form === 2) return last.subarray(0, Math.max(2, last.length - 5));
  if (form === 3) return Uint8Array.of(3, 200, 1, 123, 34);
  const damaged = Uint8Array.from(last);
  damaged[damaged.length - 1] ^= 0x40;
  return damaged;
}

/** Returns thresholds of most pairs: of the pair or its region, of enough results or too few, above or below the round trips of probes. */
export function thresholdsRecord(
  random: () => number,
  run: number,
  assigned: readonly (readonly [targetKey: number, agentIds: readonly string[]])[],
): Uint8Array {
  const rows = assigned.flatMap(([targetKey, agentIds]) =>
    agentIds
      .filter(() => random() < 0.8)
      .map((agentId) => ({
        ...{ agentId, targetKey, check: PING, medianUs: Math.floor(random() * 6_000), spreadUs: 500 },
        ...{ lossFloorPpm: Math.floor(random() * 20_000), meanRunCenti: 100 + Math.floor(random() * 200) },
        ...{ samples: Math.floor(random() * 60), flags: random() < 0.3 ? 1 : 0 },
      })),
  );
  return encodeThresholdsRecord({ run, part: 0, parts: 1 }, rows);
}
