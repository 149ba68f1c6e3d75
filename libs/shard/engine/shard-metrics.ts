import { Gauge } from 'prom-client';
import { type LogBounds, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger, metrics } from '@icmp-mon/platform/ops';
import type { ShardHost } from './shard-host';

const FIGURES = {
  records: 'Records of the shard log applied since the process started',
  blocks: 'Blocks applied',
  results: 'Results that counted',
  repeatedBlocks: 'Blocks dropped because they were repeated',
  olderBootBlocks: 'Blocks dropped because another process ships under the same agent identity',
  refusedBlocks: 'Blocks that could not be read',
  refusedRecords: 'Records that could not be read',
  unassignedResults: 'Results dropped because their agent is not assigned to the target',
  tooOldResults: 'Results dropped because they are too old to keep',
  tooNewResults: 'Results dated after their receipt, stored at the time of receipt',
  lateResults: 'Results stored without affecting verdicts, because they were late',
} as const;

const logger = createLogger('shard-metrics');

/** Registers gauges for every owned shard, read when /metrics is requested. `bounds` returns those of the shard log in Kafka. */
export function observeShards(host: ShardHost, bounds: () => Promise<Map<string, Map<number, LogBounds>>>): void {
  for (const [figure, help] of Object.entries(FIGURES) as [keyof typeof FIGURES, string][]) {
    const name = `icmpmon_shard_${figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    new Gauge({
      name,
      help,
      labelNames: ['shard'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const owned of host.folds()) this.set({ shard: String(owned.shard) }, owned.fold.counters[figure]);
      },
    });
  }
  new Gauge({
    name: 'icmpmon_shard_offset',
    help: 'Last applied offset of the shard log',
    labelNames: ['shard'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { shard, offset } of host.owners()) this.set({ shard: String(shard) }, offset);
    },
  });
  new Gauge({
    name: 'icmpmon_shard_lag_records',
    help: 'Records of the shard log that the shard has not applied yet',
    labelNames: ['shard'],
    registers: [metrics],
    async collect() {
      this.reset();
      try {
        const ends = (await bounds()).get(SHARD_TOPIC);
        for (const { shard, offset } of host.owners()) {
          const end = ends?.get(shard);
          if (end !== undefined) this.set({ shard: String(shard) }, Math.max(0, end.high - 1 - offset));
        }
      } catch (error) {
        // The other gauges are still reported; only this one needs Kafka.
        logger.debug({ err: error }, 'the end of the shard log could not be read');
      }
    },
  });
  new Gauge({
    name: 'icmpmon_shard_freshness_seconds',
    help: 'Age of the latest tick that the shard has applied',
    labelNames: ['shard'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { shard, fold } of host.folds()) {
        if (fold.nowMs > 0) this.set({ shard: String(shard) }, (Date.now() - fold.nowMs) / 1_000);
      }
    },
  });
}
