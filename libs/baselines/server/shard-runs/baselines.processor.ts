import { createLogger } from '@icmp-mon/platform/ops';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { BASELINES_QUEUE } from './baselines.queue';
import { ClaimLost, type ShardClaim, ShardClaims } from './shard-claims';
import { ShardRun } from './shard-run';

/** Pause before a shard is calculated again after a failure, and after a stop of the worker, in seconds. */
const AGAIN_AFTER_FAILURE_S = 15;

class Stopped extends Error {}

/** Calculates the shards that wait, one after the other, when it is woken. Two wake-ups at the same time, or one too many, have no effect. */
@Injectable()
@Processor(BASELINES_QUEUE, { autorun: false })
export class BaselinesProcessor extends WorkerHost {
  private readonly logger = createLogger('baselines');
  private readonly stopping = new AbortController();

  constructor(
    private readonly claims: ShardClaims,
    private readonly shardRun: ShardRun,
  ) {
    super();
  }

  /** Ends the run after the step in progress; the shard is calculated by another worker, or at the next start. */
  stopEarly(): void {
    this.stopping.abort();
  }

  async process(): Promise<void> {
    for (let claim; !this.stopping.signal.aborted && (claim = await this.claims.claimShard()) !== null;)
      await this.calculateClaim(claim);
  }

  private async calculateClaim(claim: ShardClaim): Promise<void> {
    const startedMs = performance.now();
    const progress = async (): Promise<void> => {
      if (this.stopping.signal.aborted) throw new Stopped('the worker stops');
      await this.claims.renewClaim(claim);
    };
    try {
      const result = await this.shardRun.calculateShard(claim, progress);
      const tookMs = Math.round(performance.now() - startedMs);
      await this.claims.finishShard(claim, { ...result, tookMs });
      const { shard, run } = claim;
      this.logger.info({ shard, run, ...result, tookMs }, 'baselines calculated');
    } catch (error) {
      if (error instanceof ClaimLost) return;
      await this.claims.releaseShard(claim, error instanceof Stopped ? 0 : AGAIN_AFTER_FAILURE_S);
      if (!(error instanceof Stopped)) throw error;
    }
  }
}
