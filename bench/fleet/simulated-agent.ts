import { OUTCOME, shardOf } from '@icmp-mon/probing/contract';
import { encodeBody, ResultColumnsBuilder, type EncodedBody } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { agentHash, type Tally } from './tally';

const SECOND_MS = 1_000;
const JITTER_MS = 8;
/** One of 50 targets never replies; one of 100 probes of the others is lost. */
const UNREACHABLE_OF = 50;
const LOST_SHARE = 0.01;
const MEDIAN_RTT_US = 12_000;
const RTT_SPREAD = 0.8;
const RTT_JITTER = 0.06;
const RTT_US_MAX = 900_000;

export type ResultSink = (targetKey: number, sampleMs: number, outcome: number, rttUs: number) => void;

export interface SimulatedTarget {
  key: number;
  intervalMs: number;
  check: number;
}

export interface ShardBody {
  shard: number;
  body: EncodedBody;
}

/**
 * Generates the results of one agent: each target once per interval, at its own phase with some jitter, log-normal round trips with three
 * digits as fping prints them, losses, and targets that never reply. Deterministic for a seed.
 */
export class SimulatedAgent {
  readonly hash: number;
  /** Keys by second of the interval and shard, per interval. */
  private readonly plans = new Map<number, { check: number; seconds: Uint32Array[][] }>();
  private readonly builders: ResultColumnsBuilder[];
  private random: number;
  private lostShare = LOST_SHARE;

  constructor(
    readonly agentId: string,
    targets: readonly SimulatedTarget[],
    private readonly shardCount: number,
    seed: number,
  ) {
    this.hash = agentHash(agentId);
    this.random = (this.hash ^ seed) >>> 0 || 1;
    this.builders = Array.from({ length: shardCount }, () => new ResultColumnsBuilder());
    for (const intervalMs of new Set(targets.map((target) => target.intervalMs))) {
      this.planTargets(
        intervalMs,
        targets.filter((target) => target.intervalMs === intervalMs),
      );
    }
  }

  private planTargets(intervalMs: number, targets: readonly SimulatedTarget[]): void {
    const secondsPerInterval = Math.max(1, Math.round(intervalMs / SECOND_MS));
    const lists = Array.from({ length: secondsPerInterval }, () =>
      Array.from({ length: this.shardCount }, (): number[] => []),
    );
    for (const { key } of targets) {
      // Each agent has its own phase for a target, as real agents do.
      lists[mix(key ^ this.hash) % secondsPerInterval][shardOf(key, this.shardCount)].push(key);
    }
    const seconds = lists.map((shards) => shards.map((keys) => Uint32Array.from(keys)));
    this.plans.set(intervalMs, { check: targets[0].check, seconds });
  }

  /** Disables random losses: each target keeps its state. */
  beQuiet(quiet: boolean): void {
    this.lostShare = quiet ? 0 : LOST_SHARE;
  }

  /**
   * Returns the results of the second that begins at `secondMs` (whole seconds since 1970), one body per shard with results. Each result is
   * added to `tally` and passed to `sink`.
   */
  resultsOfSecond(secondMs: number, tally: Tally, sink?: ResultSink): ShardBody[] {
    for (const { check, seconds } of this.plans.values()) {
      const shards = seconds[Math.floor(secondMs / SECOND_MS) % seconds.length];
      for (let shard = 0; shard < shards.length; shard++)
        this.probeTargets(shard, shards[shard], check, secondMs, tally, sink);
    }
    const bodies: ShardBody[] = [];
    for (let shard = 0; shard < this.shardCount; shard++) {
      const builder = this.builders[shard];
      if (builder.count === 0) continue;
      bodies.push({ shard, body: encodeBody(builder.buildColumns(), compress) });
      builder.clear();
    }
    return bodies;
  }

  private probeTargets(
    shard: number,
    keys: Uint32Array,
    check: number,
    secondMs: number,
    tally: Tally,
    sink: ResultSink | undefined,
  ): void {
    const builder = this.builders[shard];
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at];
      const hash = mix(key);
      const phaseMs = ((hash ^ this.hash) >>> 4) % (SECOND_MS - JITTER_MS);
      const sampleMs = secondMs + phaseMs + Math.floor(this.nextRandom() * JITTER_MS);
      const lost = hash % UNREACHABLE_OF === 0 || this.nextRandom() < this.lostShare;
      const outcome = lost ? OUTCOME.timeout : OUTCOME.reply;
      const rttUs = lost ? 0 : this.rttUs(hash);
      builder.addResult(key, check, sampleMs, outcome, rttUs);
      tally.add(key, this.hash, sampleMs, outcome, rttUs);
      sink?.(key, sampleMs, outcome, rttUs);
    }
  }

  /** Returns a round trip near the target's own median. */
  private rttUs(hash: number): number {
    const ofTarget = ((hash & 0xff) + ((hash >>> 8) & 0xff) + ((hash >>> 16) & 0xff) + (hash >>> 24) - 510) / 148;
    const ofProbe = (this.nextRandom() + this.nextRandom() + this.nextRandom() + this.nextRandom() - 2) * 1.73;
    const rttUs = MEDIAN_RTT_US * Math.exp(RTT_SPREAD * ofTarget + RTT_JITTER * ofProbe);
    return threeDigits(Math.min(rttUs, RTT_US_MAX));
  }

  /** Returns a pseudo-random number in [0, 1) (mulberry32). */
  nextRandom(): number {
    this.random = (this.random + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.random ^ (this.random >>> 15), 1 | this.random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }
}

/** Rounds to three digits, as fping prints 0.123, 1.23, 12.3 and 123 ms. */
function threeDigits(us: number): number {
  const unit = us >= 100_000 ? 1_000 : us >= 10_000 ? 100 : us >= 1_000 ? 10 : 1;
  return Math.round(us / unit) * unit;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
