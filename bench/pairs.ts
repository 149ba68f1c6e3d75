import type { BenchContext, BenchResult, Pair } from './bench';
import type { ByProcess } from './process-cpu';

/** One measured round. */
export interface Round {
  /** Measured value, such as results per second or CPU seconds; the ratio divides these. */
  value: number;
  /** Why the round is invalid (lost, duplicated, changed results): makes its ratio 0. */
  fault?: string;
  cpuSeconds?: ByProcess;
}

export interface Contest {
  name: string;
  /** Unit of `value`, for the output. */
  unit: string;
  /** `round` is 0 for the warm-up. */
  product(round: number): Promise<Round>;
  reference(round: number): Promise<Round>;
}

/** Result with the medians of the rounds' values; `ratio` is the median of the ratios. */
export interface PairsResult extends BenchResult {
  product: number;
  reference: number;
}

/** Measures product and reference alternately, P R R P …, after one warm-up of both that does not count; prints every pair. */
export async function runPairs(context: BenchContext, contest: Contest): Promise<PairsResult> {
  const { printLine } = context;
  const pairs: Pair[] = [];
  const spent: ByProcess = {};
  const faults: string[] = [];
  for (let at = 0; at <= context.pairs; at++) {
    const [product, reference] = await oneOfEach(contest, at);
    for (const { fault } of [product, reference]) if (fault !== undefined) faults.push(fault);
    const sound = product.fault === undefined && reference.fault === undefined;
    const ratio = sound ? product.value / reference.value : 0;
    const what = at === 0 ? 'warm-up' : `pair ${at}`;
    printLine(
      `${contest.name}: ${what}: product ${figure(product.value)}, reference ${figure(reference.value)} ` +
        `${contest.unit}, ratio ${ratio.toFixed(3)}`,
    );
    for (const { fault } of [product, reference])
      if (fault !== undefined) printLine(`${contest.name}: FAULT: ${fault}`);
    if (at === 0) continue;
    pairs.push({ ratio: rounded(ratio), product: rounded(product.value), reference: rounded(reference.value) });
    for (const [name, seconds] of Object.entries(product.cpuSeconds ?? {})) {
      spent[name] = (spent[name] ?? 0) + seconds / context.pairs;
    }
  }
  const ratios = pairs.map(({ ratio }) => ratio);
  const cpuSeconds = Object.fromEntries(Object.entries(spent).map(([name, seconds]) => [name, rounded(seconds)]));
  const result: PairsResult = {
    name: contest.name,
    ratio: faults.length > 0 ? 0 : median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    pairs,
    unit: contest.unit,
    product: median(pairs.map((pair) => pair.product)),
    reference: median(pairs.map((pair) => pair.reference)),
    cpuSeconds,
    ...(faults.length > 0 && { faults: faults.slice(0, 10) }),
  };
  printLine(
    `${contest.name}: ratio ${result.ratio} (min ${result.min}, max ${result.max}); CPU seconds per round ` +
      JSON.stringify(cpuSeconds),
  );
  return result;
}

async function oneOfEach(contest: Contest, at: number): Promise<[Round, Round]> {
  if (at % 2 === 0) {
    const product = await contest.product(at);
    return [product, await contest.reference(at)];
  }
  const reference = await contest.reference(at);
  return [await contest.product(at), reference];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle] : rounded((sorted[middle - 1] + sorted[middle]) / 2);
}

/** Rounds to four significant digits; from 1,000 on, to an integer. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** Seconds since a time of `performance.now()`. */
export function secondsSince(startedMs: number): number {
  return rounded((performance.now() - startedMs) / 1_000);
}

function figure(value: number): string {
  return rounded(value).toLocaleString('en');
}
