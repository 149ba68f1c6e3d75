import type { CpuMeter } from './process-cpu';
import type { BenchProduct, ProductOptions } from './product';

/**
 * A bench is a file `bench/<name>.ts` that exports `run(context): Promise<BenchResult>`, registered by name in the map of
 * `bench/main.ts`. It prints progress by `context.say`, compares by `runPairs` (bench/pairs.ts), and gives figures, not
 * verdicts. Services (Kafka, PostgreSQL, Valkey: durable, this run's own, empty) are those of
 * `testServices()`/`testDatabase()` in `@icmp-mon/platform/testing`; all of it is removed afterwards.
 */
export interface BenchContext {
  /** The small form: a minute, two pairs, less data. Figures of it are for developing only. */
  quick: boolean;
  /** Pairs to measure after the warm-up. */
  pairs: number;
  /** A folder for whatever the bench writes; removed afterwards. */
  dir: string;
  /** Record profiles of the product's processes into artefacts/ where the bench knows how to. */
  profile: boolean;
  say(line: string): void;
  /** CPU seconds per process; services are known to it, the bench registers what it starts. */
  cpu: CpuMeter;
  /** Starts apps of dist/ with the shipped settings, on databases and topics of their own. Ends with the bench. */
  startProduct(options: ProductOptions): Promise<BenchProduct>;
}

export interface Pair {
  ratio: number;
  product: number;
  reference: number;
}

/** The last line of `--json` is this object on one line; more figures may be beside those named. */
export interface BenchResult {
  name: string;
  /** Median of the pairs' ratios; 0 when anything was lost, doubled or changed. */
  ratio: number;
  min: number;
  max: number;
  pairs: Pair[];
  /** By process, of the product's rounds alone, per round. */
  cpuSeconds: Record<string, number>;
  [figure: string]: unknown;
}

export type Bench = (context: BenchContext) => Promise<BenchResult>;
