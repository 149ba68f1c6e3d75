import { Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { encodeThresholdsRecord, type PairThresholds, THRESHOLD_ROWS_MAX } from '@icmp-mon/probing/wire';
import { Injectable } from '@nestjs/common';

/** Most agents whose rows are in one record; a record with the most rows may name more. */
const AGENTS_PER_RECORD = 4_096;

/** Writes thresholds into the log of a shard. */
@Injectable()
export class ThresholdLog {
  constructor(private readonly messaging: Messaging) {}

  /** Appends the records of a run in order, each after the one before is stored. `progress` is called before each. */
  async appendRun(
    { shard, run }: { shard: number; run: number },
    thresholds: readonly PairThresholds[],
    progress: () => Promise<void>,
  ): Promise<void> {
    const records = splitRows(thresholds);
    for (const [part, rows] of records.entries()) {
      await progress();
      const value = encodeThresholdsRecord({ run, part, parts: records.length }, rows);
      await this.messaging.sendMessages(SHARD_TOPIC, [{ key: null, value, partition: shard }]);
    }
  }
}

/** Splits rows so that each part fits in a record. */
export function splitRows(rows: readonly PairThresholds[]): PairThresholds[][] {
  const parts: PairThresholds[][] = [];
  let part: PairThresholds[] = [];
  let agents = new Set<string>();
  for (const row of rows) {
    if (part.length === THRESHOLD_ROWS_MAX || (agents.size === AGENTS_PER_RECORD && !agents.has(row.agentId))) {
      parts.push(part);
      part = [];
      agents = new Set();
    }
    part.push(row);
    agents.add(row.agentId);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
