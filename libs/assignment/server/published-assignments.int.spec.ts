import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, type AssignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { assignmentsSince, wholeOf } from './assignments-answer.test-data';
import { forgetRemovals } from './forget-history';
import { assignmentsSince as openAssignments } from './published-assignments';

const { tierDefined, targetRegistered, targetRemoved, agentEnrolled } = EVENTS;

describe('the answer to an agent', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let happened: AssignmentEvents['happened'];

  beforeEach(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    ({ happened } = assignmentEvents(database, new AssignmentProjection(2)));
  });

  afterEach(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  async function allPublished(): Promise<void> {
    await database.execute('UPDATE shard_feed_state SET published = (SELECT max(position) FROM shard_feed)');
  }

  async function partsSince(
    agent: string,
    since: number,
    limits: { changes: number; full: number; piece: number },
  ): Promise<Awaited<ReturnType<typeof assignmentsSince>>[]> {
    const parts = [await assignmentsSince(database, agent, since, limits)];
    while (parts.at(-1) !== null) {
      parts.push(await assignmentsSince(database, agent, parts.at(-1)?.version ?? 0, limits));
    }
    return parts;
  }

  it('returns many changes in parts', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent));
    await allPublished();
    const { version: since } = (await assignmentsSince(database, agent, 0)) ?? { version: 0 };
    await happened(...[1, 2, 3, 4, 5].map((key) => targetRegistered(key)));
    await allPublished();
    const parts = await partsSince(agent, since, { changes: 2, full: 100, piece: 1 });
    expect(parts.map((part) => part?.full)).toEqual([false, false, false, undefined]);
    expect(parts.flatMap((part) => part?.assigned.map(({ key }) => key) ?? [])).toEqual([1, 2, 3, 4, 5]);
    const whole = await partsSince(agent, 0, { changes: 2, full: 4, piece: 2 });
    expect(whole.map((part) => part?.full)).toEqual([true, false, undefined]);
    expect(whole.flatMap((part) => part?.assigned.map(({ key }) => key) ?? [])).toEqual([1, 2, 3, 4, 5]);
  });

  it('returns a full response in one part, so that its version never has deleted removals after it', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), ...[1, 2, 3, 4, 5].map((key) => targetRegistered(key)));
    await happened(targetRemoved(5));
    await allPublished();
    await database.execute(`UPDATE assignment_removed SET removed_at = now() - interval '8 days'`);
    expect(await forgetRemovals(database)).toBe(1);
    const whole = await assignmentsSince(database, agent, 0, { changes: 2, full: 100, piece: 1 });
    expect(whole).toMatchObject({ full: true, assigned: [{ key: 1 }, { key: 2 }, { key: 3 }, { key: 4 }] });
    expect(await assignmentsSince(database, agent, whole?.version ?? 0)).toBeNull();
  });

  it('ends an answer early when removals are deleted while they are read', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), ...[1, 2, 3].map((key) => targetRegistered(key)));
    await allPublished();
    const version = (await assignmentsSince(database, agent, 0))?.version ?? 0;
    await happened(...[1, 2, 3].map((key) => targetRemoved(key)));
    await allPublished();
    const answer = await openAssignments(database, agent, version, { changes: 100, full: 100, piece: 1 });
    await database.execute(`UPDATE assignment_removed SET removed_at = now() - interval '8 days'`);
    expect(await forgetRemovals(database)).toBe(3);
    await expect(wholeOf(Promise.resolve(answer))).rejects.toThrow('must ask again');
    expect(await assignmentsSince(database, agent, version)).toMatchObject({ full: true, assigned: [] });
  });

  it('returns a full response to an agent whose version the database never published', async () => {
    const agent = newId();
    expect(await assignmentsSince(database, agent, 7)).toEqual({
      version: 0,
      full: true,
      tiers: [],
      assigned: [],
      unassigned: [],
    });
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), targetRegistered(1));
    await allPublished();
    expect(await assignmentsSince(database, agent, 1_000_000)).toMatchObject({ full: true, assigned: [{ key: 1 }] });
  });

  it('is read by index, although its plan was made while the tables were small', async () => {
    const agent = newId();
    await happened(tierDefined('standard', BUILT_IN_TIERS.standard));
    await happened(agentEnrolled(agent), targetRegistered(1));
    await allPublished();
    await database.execute('ANALYZE assignment, assignment_removed');
    // In one transaction, because these counts are of its session.
    const scansOf = (sql: Sql) =>
      sql.query(
        `SELECT relname, seq_scan FROM pg_stat_xact_user_tables
         WHERE relname IN ('assignment', 'assignment_removed') ORDER BY relname`,
      );
    await database.transaction(async (sql) => {
      const before = await scansOf(sql);
      expect(await openAssignments(sql, agent, 1)).not.toBeNull();
      expect(await scansOf(sql)).toEqual(before);
    });
  });
});
