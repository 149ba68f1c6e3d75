import { Readable } from 'node:stream';
import { AGENT, ChangeAgentDescription, ChangeAgentDescriptionHandler } from '@icmp-mon/agents/server';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { AssignmentUpdates } from '@icmp-mon/assignment/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { type ContextApp, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import type { FeedFact } from '@icmp-mon/probing/contract';
import { decodeShardRecord } from '@icmp-mon/probing/wire';
import { register, TARGET } from '@icmp-mon/targets/server';
import { BUILT_IN_TIERS, type TierEvent, type TierPolicy } from '@icmp-mon/tiers/contract';
import { TIER } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerApp } from './worker.module';

const SHARDS = 2;
const AGENT_ID = newId();
const { standard, fast } = BUILT_IN_TIERS;
const metadata = { actor: 'test', causationId: null, correlationId: newId() };

/** The whole path of a policy: event store, relay, Kafka, assignment, feed, shard log and the requests of agents. */
describe('a change of a tier with targets', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let messaging: Messaging;
  let worker: ContextApp;
  let updates: AssignmentUpdates;
  let store: EventStore;
  const facts: { shard: number; fact: FeedFact }[] = [];
  let version = 0;

  const append = (name: string, ...events: TierEvent[]) => store.execute(TIER, name, () => events, { metadata });
  const define = (name: string, policy: TierPolicy) =>
    append(name, { type: 'TierDefined', data: { name, builtIn: false, policy } });
  /** Returns the next answer to the agent that satisfies the condition; the agent asks for newer ones, as agents do. */
  const answered = async (is: (answer: AssignmentsResponse) => boolean): Promise<AssignmentsResponse> => {
    for (;;) {
      const opened = await updates.nextAssignments(AGENT_ID, version, { waitMs: 20_000 });
      if (opened === null) throw new Error('the agent received no answer');
      const answer = JSON.parse((await Readable.from(opened.jsonPieces()).toArray()).join('')) as AssignmentsResponse;
      version = answer.version;
      if (is(answer)) return answer;
    }
  };
  const policiesOf = (tier: string, shard: number) =>
    facts.flatMap((each) =>
      each.shard === shard && each.fact.kind === 'policy' && each.fact.tier === tier ? [each.fact] : [],
    );

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    const topicPrefix = testTopicPrefix();
    const { kafkaBrokers, redisUrl } = testServices();
    messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: SHARDS });
    worker = workerApp(() => ({
      ...{ controlDatabaseUrl: databases.controlUrl, telemetryDatabaseUrl: databases.telemetryUrl },
      ...{ kafkaBrokers, redisUrl, topicPrefix, shardCount: SHARDS, resultsKeptDays: 30, hourlyKeptDays: 396 },
      ...{
        statusChangesKeptDays: 396,
        agentMetricsKeptDays: 30,
        opsPort: 0,
        holdDownMaxS: 300,
        agentVersionMin: undefined,
        ...{ credentialsKey: undefined, sourcesDir: undefined, sourcesAllowed: [] },
      },
      ...{ healthThresholds: DEFAULT_THRESHOLDS, disks: [], heartbeatUrl: undefined, heartbeatIntervalS: 60 },
    }));
    await worker.start();
    store = new EventStore(control);
    updates = new AssignmentUpdates(control);
    updates.start();
    const log = await messaging.openLog(SHARD_TOPIC);
    for (let shard = 0; shard < SHARDS; shard++) {
      await log.followPartition(shard, 0, (batch) => {
        for (const { value } of batch) {
          const decoded = decodeShardRecord(value);
          if (decoded.ok && decoded.record.kind === 'feed') facts.push({ shard, fact: decoded.record.fact });
        }
        return Promise.resolve();
      });
    }
    await define('standard', standard);
    await define('gold', fast);
    const enrolled = {
      ...{ agentId: AGENT_ID, name: 'a', region: 'eu', provider: 'p', tags: {}, capacityPps: null },
      ...{ certificateSha256: '0'.repeat(64), notAfter: '2036-01-01T00:00:00.000Z' },
    };
    await store.execute(AGENT, AGENT_ID, () => [{ type: 'AgentEnrolled' as const, data: enrolled }], { metadata });
    for (const key of [1, 2]) {
      const target = {
        targetId: newId(),
        key,
        ip: `127.0.0.${key}`,
        vrf: 'default',
        name: null,
        tags: {},
        tier: 'gold',
      };
      await store.execute(TARGET, target.targetId, (state) => register(state, target), { metadata });
    }
    const keys = new Set<number>();
    await answered(({ assigned }) => {
      for (const { key } of assigned) keys.add(key);
      return keys.size === 2;
    });
  }, 90_000);

  afterAll(async () => {
    await updates.stop();
    await worker.stop();
    await messaging.close();
    await control.close();
    await databases.dropDatabases();
  });

  it('reaches the waiting agent and all shards without a restart', async () => {
    const rule = { ...fast.verdictRule, missesToFail: 5, successesToRecover: 2, quorum: 1, confirm: false };
    const { policyVersion } = policiesOf('gold', 0)[0];
    await define('gold', { ...fast, probeIntervalMs: 2_000, probeTimeoutMs: 700, verdictRule: rule });
    const isNew = ({ tiers }: AssignmentsResponse) =>
      tiers.some(({ tier, probeIntervalMs }) => tier === 'gold' && probeIntervalMs === 2_000);
    const { tiers, assigned } = await answered(isNew);
    expect(tiers.find(({ tier }) => tier === 'gold')).toMatchObject({
      ...{ probeTimeoutMs: 700, checks: [{ check: 1 }], missesToFail: 5, confirm: false },
    });
    expect(assigned).toEqual([]);
    for (let shard = 0; shard < SHARDS; shard++) {
      await eventually(() => expect(policiesOf('gold', shard)).toHaveLength(2));
      const [, fact] = policiesOf('gold', shard);
      // A fact has no members that concern agents only, and none with its default.
      const { missesToFail, successesToRecover, quorum, degraded } = rule;
      const judged = { missesToFail, successesToRecover, quorum, degraded };
      expect(fact).toMatchObject({ intervalMs: 2_000, timeoutMs: 700, ...judged });
      expect(fact.policyVersion).toBeGreaterThan(policyVersion);
    }
  });

  it('takes targets away from an agent that is no longer selected, and gives them back', async () => {
    const elsewhere = { ...fast, agentSelection: { ...fast.agentSelection, regions: ['us'] } };
    await define('gold', elsewhere);
    expect((await answered(({ unassigned }) => unassigned.length > 0)).unassigned.sort()).toEqual([1, 2]);
    await define('gold', fast);
    const { assigned } = await answered((answer) => answer.assigned.length > 0);
    expect(assigned.map(({ key }) => key).sort()).toEqual([1, 2]);
  });

  it('keeps within the capacity that an operator sets, and takes the targets back when it is lifted', async () => {
    const descriptions = new ChangeAgentDescriptionHandler(store);
    const limit = (capacityPps: number | null) =>
      descriptions.execute(new ChangeAgentDescription(AGENT_ID, { capacityPps }, metadata));
    await define('gold', { ...fast, probeIntervalMs: 1_000, probeTimeoutMs: 500 });
    await answered(({ tiers }) => tiers.some(({ probeIntervalMs }) => probeIntervalMs === 1_000));
    await limit(1);
    const { unassigned } = await answered((answer) => answer.unassigned.length > 0);
    expect(unassigned).toHaveLength(1);
    await limit(null);
    const { assigned } = await answered((answer) => answer.assigned.length > 0);
    expect(assigned.map(({ key }) => key)).toEqual(unassigned);
  });

  it('moves the targets of a removed tier to the successor', async () => {
    await append('gold', { type: 'TierRemovalStarted', data: { name: 'gold', successor: 'standard' } });
    const task = worker.get(HousekeepingTasks).plugged.find(({ name }) => name === 'tier-removals');
    await task?.runTask({ nowMs: Date.now(), signal: new AbortController().signal, logger: createLogger('test') });
    const moved = new Map<number, string>();
    const { tiers } = await answered(({ assigned }) => {
      for (const { key, tier } of assigned) moved.set(key, tier);
      return [...moved.values()].filter((tier) => tier === 'standard').length === 2;
    });
    expect(tiers.map(({ tier }) => tier)).toContain('standard');
    await eventually(async () => {
      expect(await control.query('SELECT name FROM assignment_tier')).toEqual([{ name: 'standard' }]);
    });
  });
});
