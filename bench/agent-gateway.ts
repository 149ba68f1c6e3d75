import type { DecodedBlock } from '@icmp-mon/probing/wire';
import { FakeGateway } from '@icmp-mon/probing/agent/testing';

/** Results of a time span that the gateway accepted. */
export interface Accepted {
  results: number;
  replies: number;
  /** Number of targets with a result. */
  targets: number;
  /** Results of a target beyond the number that its interval allows in the span. */
  duplicates: number;
  /** Time from sending a probe (by the agent's clock, which is ours) to the arrival of its result at the gateway: 50th and 99th percentile. */
  ageMsP50: number;
  ageMsP99: number;
}

const SAMPLES_MAX = 4_000_000;

/**
 * The gateway's side of the agents' protocol without Kafka: real TLS with client certificates; each block is checked, decompressed and
 * decoded, and repeats are dropped by (boot, lane, sequence). Accepted results are kept in typed arrays.
 */
export class AgentGateway extends FakeGateway {
  private count = 0;
  private readonly key = new Uint32Array(SAMPLES_MAX);
  private readonly atMs = new Float64Array(SAMPLES_MAX);
  private readonly ageMs = new Float32Array(SAMPLES_MAX);
  private readonly outcome = new Uint8Array(SAMPLES_MAX);
  private readonly rttUs = new Uint32Array(SAMPLES_MAX);
  private readonly taken = new Set<string>();
  private readonly seen = new Set<number>();
  private bodyBytes = 0;

  static override async open(): Promise<AgentGateway> {
    const gateway = new AgentGateway();
    await gateway.listenOn();
    gateway.shardCount = 8;
    return gateway;
  }

  /** Number of targets that ever had a result. */
  get targetsSeen(): number {
    return this.seen.size;
  }

  get bodyBytesPerResult(): number {
    return this.bodyBytes / this.count;
  }

  /** Discards the accepted results. */
  clear(): void {
    this.count = 0;
    this.bodyBytes = 0;
    this.taken.clear();
  }

  /** Returns the results measured in [fromMs, toMs) by the wall clock, of targets with the interval `intervalMs`. */
  accepted(fromMs: number, toMs: number, intervalMs: number): Accepted {
    const perTarget = new Map<number, number>();
    const ages: number[] = [];
    let replies = 0;
    for (let row = 0; row < this.count; row++) {
      if (this.atMs[row] < fromMs || this.atMs[row] >= toMs) continue;
      perTarget.set(this.key[row], (perTarget.get(this.key[row]) ?? 0) + 1);
      ages.push(this.ageMs[row]);
      if (this.outcome[row] === 0) replies++;
    }
    // A target's phase moves by some ms, so the span contains at most one probe more than whole intervals.
    const most = Math.ceil((toMs - fromMs) / intervalMs) + 1;
    const duplicates = [...perTarget.values()].reduce((sum, results) => sum + Math.max(0, results - most), 0);
    const sorted = Float32Array.from(ages).sort();
    const quantile = (q: number): number => Math.round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0);
    return {
      results: ages.length,
      replies,
      targets: perTarget.size,
      duplicates,
      ageMsP50: quantile(0.5),
      ageMsP99: quantile(0.99),
    };
  }

  /** Returns all accepted results; `key` is the number of the target, from 1. */
  acceptedResults(): { key: number; sentAtMs: number; outcome: number; rttUs: number }[] {
    return Array.from({ length: this.count }, (_, row) => ({
      key: this.key[row],
      sentAtMs: this.atMs[row],
      outcome: this.outcome[row],
      rttUs: this.rttUs[row],
    }));
  }

  protected override storeBlock({ header, columns }: Pick<DecodedBlock, 'header' | 'columns'>): void {
    const identity = `${header.boot}/${header.lane}/${header.sequence}`;
    if (this.taken.has(identity)) return;
    this.taken.add(identity);
    this.bodyBytes += header.bodyLength;
    const nowMs = Date.now();
    for (let row = 0; row < columns.count && this.count < SAMPLES_MAX; row++) {
      const at = this.count++;
      this.key[at] = columns.targetKey[row];
      this.seen.add(columns.targetKey[row]);
      this.atMs[at] = columns.baseTimeMs + columns.timeOffsetMs[row];
      this.ageMs[at] = nowMs - this.atMs[at];
      this.outcome[at] = columns.outcome[row];
      this.rttUs[at] = columns.rttUs[row];
    }
  }
}
