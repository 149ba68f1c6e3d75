import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrapEnrolmentToken, makeToken } from '@icmp-mon/agents/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging, SHARD_TOPIC, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { testServices } from '@icmp-mon/platform/testing';
import type { BenchContext } from './bench';
import { Fleet } from './fleet/fleet';
import { AGENTS_PER_TOKEN } from './fleet/messages';
import { SimulatedAgent } from './fleet/simulated-agent';
import { FoldWatch } from './folded';
import type { AppName, BenchProduct } from './product';
import { profiling } from './projector';
import { ShardLog } from './shard-log';

const SECOND_MS = 1_000;
/** First feed position of the bench, above the worker's: the shards ignore the worker's facts about the enrolled agents. */
const FEED_FROM = 1_000_000_000;
/** Interval of the bench's tier: results may be 1.5 hours old and are still judged. */
const INTERVAL_MS = 3_600_000;
/** Age of the first tick: before all rounds. */
const BEFORE_ALL_MS = 86_400_000;
const SEED = 1;

export interface BenchPipelineOptions {
  targets: number;
  agents: number;
  apps: AppName[];
  /** Interval between each agent's results of a target. */
  probedEveryMs: number;
}

/**
 * Gateway, Kafka and shards with simulated agents, in the log's own time. The bench writes ticks of a higher epoch than the worker's, so that
 * a window can end as soon as its results have arrived instead of up to five minutes later. Its tier has an interval of one hour, because
 * the windows are in the past and their results would otherwise be too old to be judged; the results themselves are as dense as in a 15 s
 * tier. All other settings are the shipped ones.
 */
export class BenchPipeline {
  private constructor(
    readonly product: BenchProduct,
    readonly fleet: Fleet,
    readonly agents: SimulatedAgent[],
    readonly log: ShardLog,
    readonly watch: FoldWatch,
    private readonly messaging: Messaging,
  ) {}

  static async start(context: BenchContext, options: BenchPipelineOptions): Promise<BenchPipeline> {
    const { targets, agents: agentCount, apps, probedEveryMs } = options;
    const environment = { ...profiling(context), ...shareOf(targets, probedEveryMs) };
    // The first tick of each shard must be the bench's: the worker's ticks would fold the windows of the rounds before they begin.
    const prepare = async ({ topicPrefix, shardCount }: { topicPrefix: string; shardCount: number }): Promise<void> => {
      const ticks = new ShardLog({ shardCount, agents: [], tier: 'bench', intervalMs: INTERVAL_MS });
      const messaging = messagingOf(topicPrefix);
      await messaging.sendMessages(SHARD_TOPIC, ticks.ticks(Date.now() - BEFORE_ALL_MS));
      await messaging.close();
    };
    const product = await context.startProduct({ apps, environment, afterMigrations: prepare });
    const fleet = startFleet(context);
    context.printLine(`${agentCount} simulated agents enrol, ${targets} targets`);
    const agentIds = await fleet.callFleet('enrol', await enrolmentOf(product, agentCount));
    const keys = Array.from({ length: targets }, (_, at) => at + 1);
    await fleet.callFleet('targets', { keys, intervalMs: probedEveryMs, check: 1 });
    const simulated = keys.map((key) => ({ key, intervalMs: probedEveryMs, check: 1 }));
    const { shardCount } = product;
    const agents = agentIds.map((agentId) => new SimulatedAgent(agentId, simulated, shardCount, SEED));
    const log = new ShardLog({ shardCount, agents, tier: 'bench', intervalMs: INTERVAL_MS }, FEED_FROM);
    const messaging = messagingOf(product.topicPrefix);
    const watch = await FoldWatch.open(product.access.telemetryDatabaseUrl);
    const pipeline = new BenchPipeline(product, fleet, agents, log, watch, messaging);
    for (const facts of log.facts(keys)) await pipeline.sendMessages(facts);
    return pipeline;
  }

  /** Moves the log's time; the second tick confirms the leap of the first. */
  async leapTo(atMs: number): Promise<void> {
    await this.sendMessages(this.log.ticks(atMs - SECOND_MS));
    await this.sendMessages(this.log.ticks(atMs));
  }

  /** Ends the window that begins at `startMs`, in the log's time. */
  async endWindow(startMs: number): Promise<void> {
    for (const ticks of this.log.foldingTicks(startMs)) await this.sendMessages(ticks);
  }

  async close(): Promise<void> {
    await this.fleet.stop();
    await this.messaging.close();
    await this.watch.close();
  }

  private sendMessages(messages: OutgoingMessage[]): Promise<void> {
    return this.messaging.sendMessages(SHARD_TOPIC, messages);
  }
}

/**
 * Returns the setting that allows each agent ten times the results per second of these targets. The bench writes the shards' facts itself,
 * so the gateway finds no assignments and would apply its minimum.
 */
export function shareOf(targets: number, probedEveryMs: number): Record<string, string> {
  const resultsPerS = Math.ceil((10 * targets * SECOND_MS) / probedEveryMs);
  return { ICMPMON_GATEWAY_AGENT_RESULTS_PER_S_MIN: String(resultsPerS) };
}

const messagingOf = (topicPrefix: string): Messaging =>
  new Messaging({ brokers: testServices().kafkaBrokers, topicPrefix, clientId: 'bench' });

/** Starts the fleet's process and registers it with the CPU meter; `dist/bench/main.js` is its program too. */
export function startFleet(context: BenchContext): Fleet {
  const fleet = Fleet.start(path.resolve(process.argv[1]));
  context.cpu.register('fleet', fleet.pid);
  return fleet;
}

/** Returns the settings with which a fleet enrols by the agents' own route: tokens of ten uses each. */
export async function enrolmentOf(
  product: BenchProduct,
  agents: number,
): Promise<{ enrolUrl: string; tokens: string[]; caPem: string; agents: number; prefix: string }> {
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl, poolMax: 1 });
  const tokens = Array.from({ length: Math.ceil(agents / AGENTS_PER_TOKEN) }, () => makeToken().token);
  for (const token of tokens) await bootstrapEnrolmentToken(control, token);
  await control.close();
  const caPem = readFileSync(path.join(product.access.caDir, 'ca.crt'), 'utf8');
  return { enrolUrl: product.access.enrolUrl, tokens, caPem, agents, prefix: 'simulated' };
}
