import type { HealthState } from '@icmp-mon/operations/contract';
import { metrics } from '@icmp-mon/platform/ops';
import { Gauge } from 'prom-client';
import type { HealthReader } from './health-reader';
import type { PartReader } from './health-reading';

const STATE_VALUE: Readonly<Record<HealthState, number>> = { ok: 0, attention: 1, bad: 2, unknown: 3 };

/** Exposes the health on this process's `/metrics`: read on scrape, once for all gauges. */
export function observeHealth(reader: HealthReader): void {
  new Gauge({
    name: 'icmpmon_health_state',
    help: 'State of a part of the product: 0 ok, 1 attention, 2 bad, 3 unknown.',
    labelNames: ['part'],
    registers: [metrics],
    async collect() {
      const look = await reader.readParts();
      for (const { part, state } of look.parts) this.set({ part: part.id }, STATE_VALUE[state]);
    },
  });
  for (const part of reader.parts) {
    for (const { key, metric } of part.columns) {
      if (metric !== undefined) observeColumn(reader, part, key, metric);
    }
  }
}

function observeColumn(
  reader: HealthReader,
  part: PartReader,
  key: string,
  metric: { name: string; help: string },
): void {
  new Gauge({
    ...metric,
    labelNames: [...part.labels],
    registers: [metrics],
    async collect() {
      const look = await reader.readParts();
      const rows = look.parts.find((read) => read.part.id === part.id)?.rows ?? [];
      // A removed subject has no figure, and one that could not be read has none now.
      this.reset();
      for (const { values } of rows) {
        const value = values[key];
        if (typeof value !== 'number') continue;
        this.set(Object.fromEntries(part.labels.map((label) => [label, String(values[label] ?? '')])), value);
      }
    },
  });
}
