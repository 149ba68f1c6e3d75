import type { TargetAssignment } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { passInstant, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { InventoryHistory, TARGET_CHANGED, TargetDirectory } from '@icmp-mon/targets/contract';
import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { TargetEvaluation } from './evaluate-targets';
import { forgetIntervals } from './forget-history';
import { lockFeed } from './feed-writer';
import { ReadTargetAssignment, ReadTargetAssignmentHandler } from './read-target-assignment';

const { agentEnrolled, agentChanged, targetRegistered, targetChanged, targetRemoved, tierDefined } = EVENTS;
const [first, second] = [newId(), newId()].sort();
const ID = newId();
const TARGET = {
  ...{ id: ID, key: 1, ip: '127.0.0.1', vrf: 'default', name: null, tags: {}, tier: 'standard', paused: false },
  ...{ parents: [], notes: null, owner: null, registeredAt: '', version: 1, validFrom: '', validTo: null },
};
const withCount = (count: number): TierPolicy => ({
  ...BUILT_IN_TIERS.standard,
  agentSelection: { ...BUILT_IN_TIERS.standard.agentSelection, count },
});

/** The inventory has one target at any time. */
class OneTarget extends TargetDirectory {
  override findTarget = (): Promise<typeof TARGET> => Promise.resolve(TARGET);
  override byKeys = (): Promise<Map<number, typeof TARGET>> => Promise.resolve(new Map([[TARGET.key, TARGET]]));
}
class OneTargetHistory extends InventoryHistory {
  override findTargetAt = (): Promise<typeof TARGET> => Promise.resolve(TARGET);
  override async *targetsAt(): AsyncIterable<(typeof TARGET)[]> {
    yield await Promise.resolve([TARGET]);
  }
  override versionsBetween = (): AsyncIterable<(typeof TARGET)[]> => this.targetsAt();
}

describe('the agents of a target at a time', () => {
  let testing: TestDatabase;
  let database: ControlDatabase;
  let happened: ReturnType<typeof assignmentEvents>['happened'];

  beforeEach(async () => {
    testing = await testDatabase('control');
    database = new ControlDatabase({ url: testing.url });
    ({ happened } = assignmentEvents(database, new AssignmentProjection(2)));
    await happened(tierDefined('standard', withCount(2)), agentEnrolled(first, { name: 'fra-1', region: 'eu' }));
    await happened(agentEnrolled(second, { name: 'nyc-1', region: 'us', provider: 'q' }), targetRegistered(1));
  });
  afterEach(async () => {
    await database.close();
    await testing.dropDatabase();
  });

  const read = (at?: string): Promise<TargetAssignment> =>
    new ReadTargetAssignmentHandler(new OneTarget(), new OneTargetHistory(), database).execute(
      new ReadTargetAssignment(ID, undefined, at, null),
    );
  const names = async (at?: string): Promise<(string | null)[]> => (await read(at)).agents.map(({ name }) => name);
  const justBefore = (time: string | null): string => new Date(Date.parse(time ?? '') - 1).toISOString();
  const intervals = async (): Promise<number> =>
    (await database.query<{ count: number }>('SELECT count(*) AS count FROM assignment_interval'))[0].count;

  it('are those before and after an agent was lost, each up to the boundary', async () => {
    const before = await read();
    expect(before).toMatchObject({
      ...{ targetId: ID, ip: '127.0.0.1', vrf: 'default', paused: false, placement: null },
      agents: [
        { id: first, name: 'fra-1', region: 'eu', provider: 'p' },
        { id: second, name: 'nyc-1', region: 'us', provider: 'q' },
      ],
    });
    await passInstant(database);
    await happened(agentChanged('retired', first));
    const after = await read();
    expect(after.agents.map(({ id }) => id)).toEqual([second]);
    expect(after.placement).toMatchObject({ reason: 'too_few_agents', wanted: 2, placed: 1 });
    const boundary = after.since ?? '';
    expect(await names(boundary)).toEqual(['nyc-1']);
    const then = await read(justBefore(boundary));
    expect(then).toMatchObject({ since: before.since, agents: before.agents, placement: null });
    expect(await read(before.since ?? '')).toMatchObject({ since: before.since, agents: before.agents });
    expect(await read(justBefore(before.since))).toMatchObject({ since: null, agents: [], placement: null });
  });

  it('are none while the target is paused, also where it had none', async () => {
    await passInstant(database);
    const [, data] = targetChanged(1, {});
    await happened([TARGET_CHANGED, { ...data, paused: true }]);
    const paused = await read();
    expect(paused).toMatchObject({ paused: true, agents: [], placement: null });
    await passInstant(database);
    await happened(targetChanged(1, {}));
    const resumed = await read();
    expect(resumed).toMatchObject({ paused: false, agents: [{ id: first }, { id: second }] });
    expect(await read(justBefore(resumed.since))).toMatchObject({ paused: true, agents: [], since: paused.since });
    expect(await names(justBefore(paused.since))).toEqual(['fra-1', 'nyc-1']);
  });

  it('end with the removal of the target', async () => {
    const { since } = await read();
    await passInstant(database);
    await happened(targetRemoved(1));
    expect(await read()).toMatchObject({ since: null, agents: [] });
    expect(await names(since ?? '')).toEqual(['fra-1', 'nyc-1']);
  });

  it('have no new interval when a decision changes nothing, or is withdrawn in the same transaction', async () => {
    const { since } = await read();
    const count = await intervals();
    await happened(targetChanged(1, { name: 'edge' }), agentEnrolled(first));
    await database.transaction(async (sql) => {
      await lockFeed(sql);
      await (await TargetEvaluation.beginEvaluation(sql, 2)).evaluateAndAlwaysWrite([1]);
    });
    expect(await intervals()).toBe(count);
    await passInstant(database);
    await database.transaction(async (sql) => {
      await sql.execute('UPDATE assignment_target SET selected = ARRAY[$1::uuid]', [first]);
      await sql.execute('UPDATE assignment_target SET selected = ARRAY[$1::uuid, $2::uuid]', [first, second]);
    });
    expect((await read()).since).toBe(since);
  });

  it('never begin before the previous decision: the later of two decisions is kept', async () => {
    await database.execute(`UPDATE assignment_interval SET since = now() + interval '1 hour'`);
    await happened(agentChanged('retired', first));
    expect(await names()).toEqual(['nyc-1']);
    expect(await intervals()).toBe(1);
  });

  it('are deleted some time after their end; earlier times are then refused', async () => {
    await passInstant(database);
    await happened(agentChanged('retired', first));
    const after = await read();
    expect(await forgetIntervals(database, new Date(justBefore(after.since)))).toBe(0);
    expect(await forgetIntervals(database, new Date(after.since ?? ''))).toBe(1);
    await expect(read(justBefore(after.since))).rejects.toMatchObject({
      ...{ code: 'invalid', message: expect.stringContaining(`at must not be before ${after.since}`) as string },
    });
    expect(await read(after.since ?? '')).toMatchObject({ knownSince: after.since, agents: [{ id: second }] });
    await passInstant(database);
    await happened(targetRemoved(1));
    const later = new Date(Date.now() + 1_000);
    expect(await forgetIntervals(database, later)).toBe(1);
    expect(await forgetIntervals(database, later)).toBe(1);
    expect(await intervals()).toBe(0);
  });
});
