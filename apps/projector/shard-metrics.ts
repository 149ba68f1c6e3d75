import { Gauge } from 'prom-client';
import { metrics } from '@icmp-mon/platform/ops';
import type { ShardHost } from '@icmp-mon/platform/shard';

const FIGURES = {
  records: 'Records of the shard log applied since the process started',
  blocks: 'Blocks applied',
  results: 'Results that counted',
  repeatedBlocks: 'Blocks dropped because they were here before',
  refusedBlocks: 'Blocks that could not be read',
  refusedRecords: 'Records that could not be read',
  unassignedResults: 'Results dropped because their pair is not assigned',
  tooOldResults: 'Results dropped because they are too old to keep',
} as const;

/** Figures of every owned shard, read when /metrics is asked. */
export function observeShards(host: ShardHost): void {
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
    help: 'Offset of the shard log applied last',
    labelNames: ['shard'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { shard, offset } of host.owners()) this.set({ shard: String(shard) }, offset);
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
