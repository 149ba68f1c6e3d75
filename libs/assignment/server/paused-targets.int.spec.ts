import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { FeedFact } from '@icmp-mon/probing/contract';
import { TARGET_CHANGED, TARGET_REGISTERED } from '@icmp-mon/targets/contract';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { StoredAssignments } from './stored-assignments';

const { agentEnrolled, targetRegistered, targetChanged, tierDefined } = EVENTS;
const AGENTS = [newId(), newId()].sort();
const EVERYWHERE = {
  ...BUILT_IN_TIERS.standard,
  agentSelection: { ...BUILT_IN_TIERS.standard.agentSelection, strategy: 'all' as const },
};

describe('a paused target', () => {
  let testing: TestDatabase;
  let database: ControlDatabase;
  let happened: ReturnType<typeof assignmentEvents>['happened'];

  beforeEach(async () => {
    testing = await testDatabase('control');
    database = new ControlDatabase({ url: testing.url });
    ({ happened } = assignmentEvents(database, new AssignmentProjection(2)));
    await happened(tierDefined('standard', EVERYWHERE), ...AGENTS.map((agentId) => agentEnrolled(agentId)));
  });
  afterEach(async () => {
    await database.close();
    await testing.dropDatabase();
  });

  const paused = (key: number, isPaused: boolean): [string, object] => {
    const [, data] = targetChanged(key, {});
    return [TARGET_CHANGED, { ...data, paused: isPaused }];
  };
  const facts = async (): Promise<FeedFact[]> =>
    (
      await database.query<{ fact: FeedFact }>(
        `SELECT fact FROM shard_feed WHERE subject LIKE 'target:%' ORDER BY position`,
      )
    ).map(({ fact }) => fact);
  const agentsOf = async (key: number): Promise<string[]> =>
    (
      await database.query<{ id: string }>('SELECT agent_id AS id FROM assignment WHERE target_key = $1 ORDER BY 1', [
        key,
      ])
    ).map(({ id }) => id);

  it('has no agents, and gets the same ones back when it is resumed', async () => {
    await happened(targetRegistered(1), targetRegistered(2));
    await happened(paused(1, true));
    expect(await agentsOf(1)).toEqual([]);
    expect(await agentsOf(2)).toEqual(AGENTS);
    expect((await facts()).at(-1)).toMatchObject({ targetKey: 1, selected: [], paused: true });
    const removed = await database.query('SELECT agent_id FROM assignment_removed WHERE target_key = 1 ORDER BY 1');
    expect(removed).toEqual(AGENTS.map((agent_id) => ({ agent_id })));

    await happened(paused(1, false));
    expect(await agentsOf(1)).toEqual(AGENTS);
    const resumed = (await facts()).at(-1);
    expect(resumed).toMatchObject({ targetKey: 1, selected: AGENTS });
    expect(resumed).not.toHaveProperty('paused');
  });

  it('stays without agents when agents, tiers and other members change, and no fact repeats it', async () => {
    const [, data] = targetRegistered(1);
    await happened([TARGET_REGISTERED, { ...data, paused: true }]);
    const before = await facts();
    expect(before).toMatchObject([{ selected: [], paused: true }]);
    await happened(agentEnrolled(newId()));
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened([TARGET_CHANGED, { ...data, name: 'edge', paused: true }]);
    expect(await agentsOf(1)).toEqual([]);
    expect(await facts()).toEqual(before);
    const agents = await new StoredAssignments(database).byAgent();
    expect([...agents.values()].map(({ assigned }) => assigned)).toEqual([...agents].map(() => 0));
  });

  it('reaches the shard as paused also if no agent was selected before', async () => {
    await happened(targetRegistered(1));
    await happened(...AGENTS.map((agentId) => EVENTS.agentChanged('retired', agentId)));
    await happened(paused(1, true));
    await happened(paused(1, false));
    expect((await facts()).slice(-2)).toMatchObject([
      { selected: [], paused: true },
      { targetKey: 1, selected: [] },
    ]);
  });
});
