import type { TraceMessage } from '@icmp-mon/paths/contract';
import { TRACES_TOPIC } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import type { GatewayFixture } from '../gateway.test-fixture';

const PARTITIONS = 4;

/** Assigns targets to an agent, with keys from 1; each is probed every second and is down after two misses. Returns their ids by key. */
export async function assignTargets(
  { database }: GatewayFixture,
  agentId: string,
  ips: readonly string[],
): Promise<Map<number, string>> {
  const verdictRule = { ...BUILT_IN_TIERS.standard.verdictRule, missesToFail: 2 };
  const policy = { ...BUILT_IN_TIERS.standard, probeIntervalMs: 1_000, probeTimeoutMs: 500, verdictRule };
  await database.execute(
    `INSERT INTO assignment_tier (name, policy, published_policy, position) VALUES ('standard', $1, NULL, 1)`,
    [JSON.stringify(policy)],
  );
  const ids = new Map<number, string>();
  for (const [at, ip] of ips.entries()) {
    ids.set(at + 1, newId());
    await database.execute(
      `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, registered_at) VALUES ($1, $2, $3, '', 'standard', now())`,
      [at + 1, ids.get(at + 1), ip],
    );
    await database.execute(
      `INSERT INTO assignment (agent_id, target_key, tier, ip, shard, position) VALUES ($1, $2, 'standard', $3, 0, $4)`,
      [agentId, at + 1, ip, at + 2],
    );
  }
  await database.execute('UPDATE shard_feed_state SET published = $1', [ips.length + 1]);
  return ids;
}

/** Returns all traces in the topic. */
export async function readTraces({ messaging }: GatewayFixture): Promise<TraceMessage[]> {
  const traces: TraceMessage[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const messages = await messaging.readMessages(TRACES_TOPIC, partition, 0);
    traces.push(...messages.map(({ value }) => JSON.parse(value?.toString() ?? '') as TraceMessage));
  }
  return traces;
}
