import type { BenchContext } from './bench';
import type { ByProcess } from './process-cpu';
import type { BenchProduct } from './product';

export interface MinuteReport {
  minute: number;
  /** Results that the agents generated, and that the gateway accepted, since the start. */
  generated: number;
  accepted: number;
  /** Results that the shards applied since they were taken over. */
  applied: number;
  lagRecords: number;
  /** Age of the last applied tick of the slowest shard. */
  behindS: number;
  freshnessMs: { p50: number; p99: number; max: number; events: number };
  /** Fraction of a core. */
  cpu: ByProcess;
  memoryMiB: ByProcess;
}

/** Returns the sum of an app's metric over its labels; null while the app does not answer. */
export async function metricOf(product: BenchProduct, app: string, name: string): Promise<number | null> {
  const values = await metricValues(product, app, name);
  return values && values.reduce((total, value) => total + value, 0);
}

/** Returns an app's metric for each of its labels; null while the app does not answer. */
export async function metricValues(product: BenchProduct, app: string, name: string): Promise<number[] | null> {
  try {
    const response = await fetch(`${product.access.opsUrls[app]}/metrics`, { signal: AbortSignal.timeout(10_000) });
    const lines = (await response.text()).split('\n').filter((line) => line.split(/[ {]/)[0] === name);
    return lines.map((line) => Number(line.slice(line.lastIndexOf(' '))));
  } catch {
    // The app is overloaded or restarting: this minute has no such figure.
    return null;
  }
}

/** Returns a function that returns CPU as fractions of a core since its last call, by process. */
export function cpuShares(context: BenchContext): () => ByProcess {
  let spent = context.cpu.startMeasuring();
  let fromMs = performance.now();
  return () => {
    const seconds = (performance.now() - fromMs) / 1_000;
    const shares = Object.entries(spent()).map(([name, cpuS]): [string, number] => [
      name,
      Math.round((cpuS / seconds) * 1_000) / 1_000,
    ]);
    spent = context.cpu.startMeasuring();
    fromMs = performance.now();
    return Object.fromEntries(shares);
  };
}

export function printMinute(context: BenchContext, report: MinuteReport): void {
  const { minute, generated, accepted, applied, lagRecords, behindS, freshnessMs, cpu, memoryMiB } = report;
  context.printLine(
    `minute ${minute}: generated ${generated}, accepted ${accepted}, applied ${applied}, lag ${lagRecords} records, ${behindS} s; freshness ` +
      `p50 ${freshnessMs.p50} ms, p99 ${freshnessMs.p99} ms, max ${freshnessMs.max} ms of ${freshnessMs.events} events`,
  );
  context.printLine(`   CPU ${JSON.stringify(cpu)}`);
  context.printLine(`   MiB ${JSON.stringify(memoryMiB)}`);
}
