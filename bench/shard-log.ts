import { shardOf, type FeedFact } from '@icmp-mon/probing/contract';
import { LANE, type Lane } from '@icmp-mon/probing/wire';
import type { OutgoingMessage } from '@icmp-mon/platform/messaging';
import { policyFact, ShardRecords, targetFact } from '@icmp-mon/shard/engine/testing';
import type { ShardBody, SimulatedAgent } from './fleet/simulated-agent';
import type { RowCopy } from './row-copy';
import { Tally } from './fleet/tally';

export const WINDOW_MS = 300_000;
const SECOND_MS = 1_000;
/** A window is folded 20 s after its end, 2 s later per shard; a second tick must confirm the leap. */
const FOLD_AFTER_MS = 20_000;
const FOLD_STAGGER_MS = 2_000;
const RECEIVED_AFTER_MS = 1_200;
/** Higher than any worker's epoch, so that shards ignore the ticks that a worker writes at the same time. */
const TICK_EPOCH = 1_000_000;
/** Shares of all blocks: sent twice; delayed and sent on the backfill lane. */
const REPEATED_SHARE = 0.01;
const LATE_SHARE = 0.005;
const LATE_SECONDS_MAX = 20;

export interface ShardLogOptions {
  shardCount: number;
  agents: readonly SimulatedAgent[];
  tier: string;
  intervalMs: number;
}

/** Content of the shards' log for rounds of one window, as gateway, feed publisher and tick producer write it. */
export class ShardLog {
  private readonly records: ShardRecords;

  constructor(
    private readonly options: ShardLogOptions,
    feedPosition = 0,
  ) {
    this.records = new ShardRecords(feedPosition);
  }

  /** Generates policy, agents and targets; every target is probed by all agents. */
  *facts(keys: readonly number[]): Generator<OutgoingMessage[]> {
    const { shardCount, agents, tier, intervalMs } = this.options;
    const everywhere = (fact: FeedFact): OutgoingMessage[] =>
      Array.from({ length: shardCount }, (_, shard) => this.factMessage(shard, fact));
    yield everywhere(policyFact(tier, intervalMs));
    for (const [at, { agentId }] of agents.entries()) {
      const name = `agent-${at}`;
      yield everywhere({ kind: 'agent', agentId, name, region: `r${at}`, provider: `p${at}`, state: 'active' });
    }
    const selected = agents.map(({ agentId }) => agentId);
    for (let from = 0; from < keys.length; from += 1_000) {
      yield keys.slice(from, from + 1_000).map((key) => {
        return this.factMessage(shardOf(key, shardCount), targetFact(key, tier, selected));
      });
    }
  }

  /**
   * Generates one window second by second: a tick per shard, and one record per agent and shard. The ticks at the end make the shards fold
   * the window. Every result is added to `tally` and `rows` exactly once.
   */
  *windowMessages(startMs: number, tally: Tally, rows: RowCopy | null): Generator<OutgoingMessage[]> {
    const { agents } = this.options;
    const held: { dueMs: number; agent: SimulatedAgent; body: ShardBody }[] = [];
    for (let atMs = startMs; atMs < startMs + WINDOW_MS; atMs += SECOND_MS) {
      const messages = this.ticks(atMs);
      for (const [at, agent] of agents.entries()) {
        const bodies = agent.resultsOfSecond(atMs, tally, (key, sampleMs, outcome, rttUs) =>
          rows?.add(key, at + 1, sampleMs, outcome, rttUs),
        );
        for (const body of bodies) {
          const dice = agent.nextRandom();
          if (dice < LATE_SHARE) {
            held.push({ dueMs: atMs + Math.ceil(agent.nextRandom() * LATE_SECONDS_MAX) * SECOND_MS, agent, body });
            continue;
          }
          const message = this.blocksMessage(agent, LANE.live, body, atMs);
          messages.push(message);
          if (dice > 1 - REPEATED_SHARE) messages.push(message);
        }
      }
      for (let at = held.length - 1; at >= 0; at--) {
        if (held[at].dueMs > atMs && atMs < startMs + WINDOW_MS - SECOND_MS) continue;
        const [{ agent, body }] = held.splice(at, 1);
        messages.push(this.blocksMessage(agent, LANE.backfill, body, atMs));
      }
      yield messages;
    }
    yield* this.foldingTicks(startMs);
  }

  *foldingTicks(startMs: number): Generator<OutgoingMessage[]> {
    const leapMs = startMs + WINDOW_MS + FOLD_AFTER_MS + this.options.shardCount * FOLD_STAGGER_MS;
    yield this.ticks(leapMs);
    yield this.ticks(leapMs + SECOND_MS);
  }

  ticks(atMs: number): OutgoingMessage[] {
    const value = this.records.tickRecord(atMs, TICK_EPOCH);
    return Array.from({ length: this.options.shardCount }, (_, partition) => ({ key: null, value, partition }));
  }

  private blocksMessage(
    { agentId }: SimulatedAgent,
    lane: Lane,
    { shard, body }: ShardBody,
    atMs: number,
  ): OutgoingMessage {
    const receivedAtMs = atMs + RECEIVED_AFTER_MS;
    const envelope = this.records.block({ agentId, lane, shard, body, receivedAtMs });
    return { key: null, partition: shard, value: this.records.blocksRecord([envelope]) };
  }

  private factMessage(shard: number, fact: FeedFact): OutgoingMessage {
    return { key: null, partition: shard, value: this.records.factRecord(fact) };
  }
}
