import { type FeedFact } from '@icmp-mon/probing/contract';
import { decodeShardRecord } from '@icmp-mon/probing/wire';
import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { PoisonError, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { AssignmentUpdates } from './assignment-updates';
import { assignmentsSince, wholeOf } from './assignments-answer.test-data';
import { FeedPublisher } from './feed-publisher';
import { forgetRemovals, forgetReplacedFacts } from './forget-history';

const SHARDS = 2;
const everyAgent: TierPolicy = {
  ...BUILT_IN_TIERS.standard,
  agentSelection: { ...BUILT_IN_TIERS.standard.agentSelection, strategy: 'all' },
};

const earthly: TierPolicy = {
  ...BUILT_IN_TIERS.standard,
  agentSelection: { ...BUILT_IN_TIERS.standard.agentSelection, regions: ['eu'] },
};

const { tierDefined, targetRegistered, targetChanged, targetRemoved, agentEnrolled } = EVENTS;

describe('assignment', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let projection: AssignmentProjection;
  let sent: { position: number; shard: number; fact: FeedFact }[];
  let send: (messages: OutgoingMessage[]) => Promise<void>;
  let publisher: FeedPublisher;
  const updates: AssignmentUpdates[] = [];

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    projection = new AssignmentProjection(SHARDS);
    sent = [];
    send = () => Promise.resolve();
    publisher = newPublisher();
  });

  afterEach(async () => {
    await Promise.all(updates.splice(0).map((each) => each.stop()));
    await publisher.stop();
    await database.close();
    await testDb.dropDatabase();
  });

  function newPublisher(): FeedPublisher {
    return new FeedPublisher({
      database,
      messaging: {
        sendMessages: async (_topic: string, messages: OutgoingMessage[]) => {
          await send(messages);
          for (const { partition, value } of messages) {
            const decoded = decodeShardRecord(value ?? new Uint8Array());
            if (!decoded.ok || decoded.record.kind !== 'feed') throw new Error('not a feed record');
            sent.push({ position: decoded.record.position, shard: partition ?? -1, fact: decoded.record.fact });
          }
        },
      },
    });
  }

  const happened: AssignmentEvents['happened'] = (...events) =>
    assignmentEvents(database, projection).happened(...events);

  async function allPublished(): Promise<void> {
    await eventually(async () => {
      const [row] = await database.query<{ done: boolean }>(
        `SELECT (SELECT published FROM shard_feed_state) = (SELECT coalesce(max(position), 0) FROM shard_feed) AS done`,
      );
      expect(row.done).toBe(true);
    });
  }

  it('assigns an agent to each target, and sends the policy to shards before the targets', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent));
    await happened(targetRegistered(1), targetRegistered(2));
    publisher.start();
    await allPublished();
    const inShard = (shard: number): string[] =>
      sent.filter((each) => each.shard === shard).map(({ fact }) => fact.kind);
    expect(inShard(0)).toEqual(['policy', 'agent', 'target']);
    expect(inShard(1)).toEqual(['policy', 'agent', 'target']);
    expect(sent.at(-1)?.fact).toMatchObject({ kind: 'target', targetKey: 2, tier: 'standard', selected: [agent] });
    const answer = await assignmentsSince(database, agent, 0);
    expect(answer).toMatchObject({ full: true, unassigned: [] });
    expect(answer?.assigned.map(({ key, ip }) => [key, ip])).toEqual([
      [1, '127.0.0.1'],
      [2, '127.0.0.2'],
    ]);
    expect(answer?.tiers.map(({ tier, probeIntervalMs }) => [tier, probeIntervalMs])).toEqual([['standard', 15_000]]);
  });

  it('produces the same result in any order of arrival', async () => {
    const agent = newId();
    await happened(targetRegistered(1));
    await happened(agentEnrolled(agent));
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    publisher.start();
    await allPublished();
    expect(sent.filter(({ fact }) => fact.kind === 'target').map(({ fact }) => fact)).toMatchObject([
      { targetKey: 1, selected: [agent] },
    ]);
    expect((await assignmentsSince(database, agent, 0))?.assigned).toHaveLength(1);
  });

  it('publishes a changed tier to the shard and the agents; a new name changes nothing', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard), tierDefined('fast', BUILT_IN_TIERS.fast));
    await happened(agentEnrolled(agent));
    await happened(targetRegistered(1), targetRegistered(2), targetChanged(2, { tier: 'fast' }));
    publisher.start();
    await allPublished();
    const { version } = (await assignmentsSince(database, agent, 0)) ?? { version: 0 };
    await happened(targetChanged(1, { name: 'edge', tier: 'fast' }));
    await allPublished();
    expect(sent.at(-1)?.fact).toMatchObject({ kind: 'target', targetKey: 1, tier: 'fast', selected: [agent] });
    expect(await assignmentsSince(database, agent, version)).toMatchObject({
      ...{ full: false, unassigned: [] },
      assigned: [{ key: 1, tier: 'fast' }],
    });
    const facts = sent.length;
    await happened(targetChanged(1, { name: 'core', tier: 'fast' }), targetChanged(9, { tier: 'fast' }));
    await happened(targetChanged(2, { tier: 'standard' }), targetRemoved(2));
    await allPublished();
    expect(sent.slice(facts).map(({ fact }) => fact)).toMatchObject([{ kind: 'target-removed', targetKey: 2 }]);
  });

  it('publishes a target that no agent may probe to its shard', async () => {
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(targetRegistered(1));
    publisher.start();
    await allPublished();
    expect(sent.at(-1)?.fact).toMatchObject({ kind: 'target', targetKey: 1, selected: [] });
  });

  it('publishes a version to agents only after Kafka has acknowledged all of it', async () => {
    const agent = newId();
    const { promise: acknowledged, resolve: acknowledge } = Promise.withResolvers<void>();
    let asked = 0;
    send = () => {
      asked += 1;
      return acknowledged;
    };
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), targetRegistered(1));
    publisher.start();
    await eventually(() => expect(asked).toBe(1));
    expect(await assignmentsSince(database, agent, 0)).toBeNull();
    acknowledge();
    await allPublished();
    expect((await assignmentsSince(database, agent, 0))?.assigned).toHaveLength(1);
  });

  it('sends a batch again if it was not acknowledged', async () => {
    let failures = 2;
    send = () => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve());
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    publisher.start();
    await allPublished();
    expect(sent.map(({ shard }) => shard)).toEqual([0, 1]);
  });

  it('answers a waiting agent immediately, with only its own changes', async () => {
    const [agent, other] = [newId(), newId()];
    await happened(tierDefined('standard', everyAgent));
    await happened(agentEnrolled(agent), targetRegistered(1), targetRegistered(2));
    publisher.start();
    await allPublished();
    const hub = new AssignmentUpdates(database);
    updates.push(hub);
    hub.start();
    const first = await wholeOf(hub.nextAssignments(agent, 0, { waitMs: 60_000 }));
    const version = first?.version ?? 0;
    const next = wholeOf(hub.nextAssignments(agent, version, { waitMs: 60_000 }));
    await happened(agentEnrolled(other));
    await happened(targetRemoved(1), targetRegistered(3));
    const changes = [await next];
    while (changes.flatMap((each) => each?.assigned ?? []).length === 0) {
      changes.push(await wholeOf(hub.nextAssignments(agent, changes.at(-1)?.version ?? version, { waitMs: 60_000 })));
    }
    expect(changes.every((each) => each?.full === false)).toBe(true);
    expect(changes.flatMap((each) => each?.unassigned ?? [])).toEqual([1]);
    expect(changes.flatMap((each) => each?.assigned ?? []).map(({ key }) => key)).toEqual([3]);
    expect((await wholeOf(hub.nextAssignments(other, 0, { waitMs: 60_000 })))?.assigned.map(({ key }) => key)).toEqual([
      2, 3,
    ]);
  });

  it('answers an agent without changes when the wait ends', async () => {
    const agent = newId();
    await happened(tierDefined('standard', earthly));
    await happened(agentEnrolled(agent), targetRegistered(1));
    publisher.start();
    await allPublished();
    const hub = new AssignmentUpdates(database);
    updates.push(hub);
    hub.start();
    const version = (await wholeOf(hub.nextAssignments(agent, 0, { waitMs: 0 })))?.version ?? 0;
    expect(await wholeOf(hub.nextAssignments(agent, version, { waitMs: 0 }))).toBeNull();
    await happened(agentEnrolled(newId(), { region: 'moon' }));
    expect(await wholeOf(hub.nextAssignments(agent, version, { waitMs: 0 }))).toBeNull();
  });

  it('moves targets to a new agent, and no others', async () => {
    const [first, second] = [newId(), newId()];
    const keys = Array.from({ length: 200 }, (_, at) => at + 1);
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(first), ...keys.map((key) => targetRegistered(key)));
    publisher.start();
    await allPublished();
    const version = (await assignmentsSince(database, first, 0))?.version ?? 0;
    const before = sent.length;
    await happened(agentEnrolled(second));
    await allPublished();
    const lost = await assignmentsSince(database, first, version);
    const gained = await assignmentsSince(database, second, 0);
    const moved = gained?.assigned.map(({ key }) => key) ?? [];
    expect(moved.length).toBeGreaterThan(50);
    expect(moved.length).toBeLessThan(150);
    expect(lost).toMatchObject({ full: false, assigned: [] });
    expect([...(lost?.unassigned ?? [])].sort((a, b) => a - b)).toEqual([...moved].sort((a, b) => a - b));
    expect(sent.length - before).toBe(moved.length + SHARDS);
    // A second enrolment with the same data moves nothing.
    await happened(agentEnrolled(second));
    await allPublished();
    expect(sent.length - before).toBe(moved.length + SHARDS);
  });

  it('registers 100,000 targets, and assigns them to the first agent that enrols', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    for (let from = 0; from < 100_000; from += 5_000) {
      await happened(...Array.from({ length: 5_000 }, (_, at) => targetRegistered(from + at + 1)));
    }
    publisher.start();
    await happened(agentEnrolled(agent));
    await allPublished();
    const [row] = await database.query<{ count: number }>(
      'SELECT count(*) AS count FROM assignment WHERE agent_id = $1',
      [agent],
    );
    expect(row.count).toBe(100_000);
    expect(sent).toHaveLength(200_000 + 2 * SHARDS);
    const positions = sent.map(({ position }) => position);
    expect(positions.every((position, at) => at === 0 || position > positions[at - 1])).toBe(true);
  });

  it('rejects an unreadable message as poison', async () => {
    await expect(happened(['icmpmon.target.registered.v1', { key: -1 }])).rejects.toThrow(PoisonError);
    await expect(happened(['icmpmon.tier.defined.v1', { name: 'x' }])).rejects.toThrow(PoisonError);
    await expect(happened(['icmpmon.agent.enrolled.v1', {}])).rejects.toThrow(PoisonError);
  });

  it('ignores events of other types', async () => {
    const [agentId, sha256] = [newId(), '0'.repeat(64)];
    const renewed = {
      agentId,
      certificateSha256: sha256,
      replacesSha256: sha256,
      notAfter: '2026-11-24T00:00:00.000Z',
    };
    await happened(['icmpmon.agent.certificate-renewed.v1', renewed]);
    expect(await database.query('SELECT 1 FROM shard_feed')).toEqual([]);
  });

  it('deletes only history without effect', async () => {
    const [agent, late] = [newId(), newId()];
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), targetRegistered(1), targetRegistered(2));
    await happened(targetRemoved(1));
    await database.execute(`UPDATE shard_feed SET created_at = now() - interval '2 days'`);
    expect(await forgetReplacedFacts(database)).toBe(0);
    publisher.start();
    await allPublished();
    const version = (await assignmentsSince(database, late, 0))?.version ?? 0;
    expect(await forgetReplacedFacts(database)).toBe(1);
    expect(await forgetReplacedFacts(database)).toBe(0);
    await database.execute(`UPDATE assignment_removed SET removed_at = now() - interval '8 days'`);
    expect(await forgetRemovals(database)).toBe(1);
    expect(await assignmentsSince(database, agent, 1)).toMatchObject({ full: true, assigned: [{ key: 2 }] });
    expect(await assignmentsSince(database, agent, version)).toBeNull();
  });
});
