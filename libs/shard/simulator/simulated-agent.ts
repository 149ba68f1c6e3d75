import { OUTCOME } from '@icmp-mon/probing/contract';
import {
  encodeBody,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
  type EncodedBody,
  type Lane,
} from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';

export interface SimulatedSample {
  key: number;
  /** Number of the check: `PING` or `CLOSED`. */
  check: number;
  sampleMs: number;
  outcome: number;
  rttUs: number;
}

/** A block with its content, in the agent's own time. */
export interface SimulatedBlock {
  agent: number;
  agentId: string;
  lane: Lane;
  identity: string;
  bytes: Uint8Array;
  samples: SimulatedSample[];
}

interface WaitingBlock {
  body: EncodedBody;
  samples: SimulatedSample[];
  liveUntilMs: number;
}

/** Numbers of the checks: a ping that must be answered, and a port that must not. */
export const [PING, CLOSED] = [1, 2];

const builder = new ResultColumnsBuilder(64);

/** An agent's spool by the rules of the real one: identity at the first shipment, repeats first, one upload per lane. */
export class SimulatedAgent {
  private waiting: WaitingBlock[] = [];
  private readonly unanswered: Record<Lane, SimulatedBlock[]> = { [LANE.live]: [], [LANE.backfill]: [] };
  private nextSequence: Record<Lane, number> = { [LANE.live]: 0, [LANE.backfill]: 0 };
  private boot = 1;
  /** How far this agent's clock is ahead, in ms. */
  clockAheadMs = 0;

  constructor(
    readonly index: number,
    readonly agentId: string,
    private readonly shard: number,
  ) {}

  restartAgent(): void {
    this.boot++;
    this.nextSequence = { [LANE.live]: 0, [LANE.backfill]: 0 };
  }

  keepSamples(samples: SimulatedSample[], liveUntilMs: number): void {
    builder.clear();
    for (const { key, check, sampleMs, outcome, rttUs } of samples)
      builder.addResult(key, check, sampleMs, outcome, rttUs);
    this.waiting.push({ body: encodeBody(builder.buildColumns(), compress), samples, liveUntilMs });
  }

  /** Returns the next upload of a lane; empty when nothing waits. */
  nextUpload(lane: Lane, nowMs: number): SimulatedBlock[] {
    const repeats = this.unanswered[lane];
    if (repeats.length > 0) return repeats;
    const isMine = ({ liveUntilMs }: WaitingBlock): boolean => liveUntilMs >= nowMs === (lane === LANE.live);
    const taken = this.waiting.filter(isMine);
    this.waiting = this.waiting.filter((block) => !isMine(block));
    this.unanswered[lane] = taken.map((block) => this.identifyBlock(block, lane));
    return this.unanswered[lane];
  }

  answered(lane: Lane): void {
    this.unanswered[lane] = [];
  }

  get isEmpty(): boolean {
    return this.waiting.length + this.unanswered[LANE.live].length + this.unanswered[LANE.backfill].length === 0;
  }

  private identifyBlock({ body, samples }: WaitingBlock, lane: Lane): SimulatedBlock {
    const { agentId, boot, shard } = this;
    const sequence = this.nextSequence[lane]++;
    const bytes = frameBlock({ agentId, boot, lane, shard, sequence, policyVersion: 1 }, body);
    return { agent: this.index, agentId, lane, identity: `${agentId}/${boot}/${lane}/${sequence}`, bytes, samples };
  }
}

/** Returns one probe's result with a random rtt; `down` targets do not reply. */
export function probe(random: () => number, key: number, sampleMs: number, down: boolean): SimulatedSample {
  const dice = random();
  const outcome = dice < 0.03 ? OUTCOME.not_sent : down || dice < 0.08 ? OUTCOME.timeout : OUTCOME.reply;
  return {
    key,
    check: PING,
    sampleMs,
    outcome,
    rttUs: outcome === OUTCOME.reply ? 200 + Math.floor(random() * 9_000) : 0,
  };
}

/** Returns the result of a probe of a port that must be closed, and is unless it is `open`. */
export function probeClosed(random: () => number, key: number, sampleMs: number, open: boolean): SimulatedSample {
  const dice = random();
  const failed = dice < 0.5 ? OUTCOME.refused : OUTCOME.timeout;
  const outcome = dice < 0.03 ? OUTCOME.not_sent : open && dice < 0.8 ? OUTCOME.reply : failed;
  return {
    key,
    check: CLOSED,
    sampleMs,
    outcome,
    rttUs: outcome === OUTCOME.reply ? 100 + Math.floor(random() * 900) : 0,
  };
}
