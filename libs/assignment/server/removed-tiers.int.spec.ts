import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';

const { tierDefined, targetRegistered, targetChanged, agentEnrolled } = EVENTS;
const tierRemoved = (name: string): [string, object] => ['icmpmon.tier.removed.v1', { name }];
const OLD = tierDefined('old', BUILT_IN_TIERS.fast);

describe('a removed tier', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let happened: AssignmentEvents['happened'];

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    ({ happened } = assignmentEvents(database, new AssignmentProjection(2)));
    await happened(tierDefined('new', BUILT_IN_TIERS.standard), OLD, agentEnrolled(newId()));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  const tiers = async (): Promise<string[]> =>
    (await database.query<{ name: string }>('SELECT name FROM assignment_tier ORDER BY name')).map(({ name }) => name);
  const facts = async (subject: string): Promise<number> =>
    (await database.query('SELECT FROM shard_feed WHERE subject = $1', [subject])).length;
  const assigned = (): Promise<{ tier: string }[]> => database.query('SELECT tier FROM assignment');

  it('leaves nothing behind', async () => {
    await happened(targetRegistered(1, 'old'));
    await happened(targetChanged(1, { tier: 'new' }));
    expect(await facts('tier:old')).toBe(2);
    await happened(tierRemoved('old'));
    expect(await tiers()).toEqual(['new']);
    expect(await facts('tier:old')).toBe(0);
    expect(await assigned()).toEqual([{ tier: 'new' }]);
  });

  it('is kept until its last target moves, because topics have no common order', async () => {
    await happened(targetRegistered(1, 'old'));
    await happened(tierRemoved('old'));
    await happened(tierRemoved('old'));
    expect(await tiers()).toEqual(['new', 'old']);
    expect(await assigned()).toEqual([{ tier: 'old' }]);
    await happened(targetChanged(1, { tier: 'new' }));
    expect(await tiers()).toEqual(['new']);
    expect(await assigned()).toEqual([{ tier: 'new' }]);
  });

  it('is forgotten together with a target whose events arrive late', async () => {
    await happened(tierRemoved('old'));
    await happened(targetRegistered(1, 'old'));
    expect(await assigned()).toEqual([]);
    await happened(targetChanged(1, { tier: 'new' }));
    expect(await assigned()).toEqual([{ tier: 'new' }]);
  });

  it('that is defined again is a tier again, also within a batch', async () => {
    await happened(targetRegistered(1, 'old'));
    await happened(tierRemoved('old'));
    await happened(OLD);
    await happened(targetChanged(1, { tier: 'new' }));
    expect(await tiers()).toEqual(['new', 'old']);
    await happened(tierRemoved('old'), OLD);
    expect(await tiers()).toEqual(['new', 'old']);
    await happened(OLD, tierRemoved('old'));
    expect(await tiers()).toEqual(['new']);
  });
});
