import type { CpuMeter } from './process-cpu';
import type { BenchProduct, ProductOptions } from './product';

/**
 * A bench is a file `bench/<name>.ts` that exports `run(context): Promise<BenchResult>` and is registered in the map of `bench/main.ts`. It
 * prints progress with `context.printLine`, compares with `runPairs` (bench/pairs.ts), and returns figures, not verdicts. Its services (Kafka,
 * PostgreSQL, Valkey: durable, empty, only for this run) are those of `testServices()`/`testDatabase()` in `@icmp-mon/platform/testing`;
 * they are removed afterwards.
 */
export interface BenchContext {
  /** Small version for development: one minute, two pairs, less data. */
  quick: boolean;
  /** Number of pairs after the warm-up. */
  pairs: number;
  /** Folder for files of the bench; removed afterwards. */
  dir: string;
  /** Writes CPU profiles of the product's processes to artefacts/, for benches that support it. */
  profile: boolean;
  printLine(line: string): void;
  /** Measures CPU seconds per process. Services are registered; the bench registers the processes that it starts. */
  cpu: CpuMeter;
  /** Starts apps of dist/ with the shipped settings, on their own databases and topics. They end with the bench. */
  startProduct(options: ProductOptions): Promise<BenchProduct>;
}

export interface Pair {
  ratio: number;
  product: number;
  reference: number;
}

/** Result of a bench; `--json` prints it on the last line. Benches add further figures. */
export interface BenchResult {
  name: string;
  /** Median of the pairs' ratios; 0 after a lost, duplicate or changed result. */
  ratio: number;
  min: number;
  max: number;
  pairs: Pair[];
  /** CPU seconds per round of the product, by process. */
  cpuSeconds: Record<string, number>;
  [figure: string]: unknown;
}

export type Bench = (context: BenchContext) => Promise<BenchResult>;
