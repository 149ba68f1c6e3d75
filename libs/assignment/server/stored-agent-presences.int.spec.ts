import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase } from '@icmp-mon/platform/testing';
import { expect, it } from 'vitest';
import type { Decision } from './agent-conditions';
import { assignmentEvents } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { writeDecisions } from './condition-log';
import { StoredAgentPresences } from './stored-agent-presences';

const SINCE_MS = Date.parse('2026-11-22T10:00:00.000Z');

it('an agent is lost when its targets moved, present when it is ok again, and neither in between', async () => {
  const testDb = await testDatabase('control');
  const database = new ControlDatabase({ url: testDb.url });
  try {
    const { happened, agentEnrolled, agentChanged } = assignmentEvents(database, new AssignmentProjection(2));
    const [agentId, retired] = [newId(), newId()];
    await happened(agentEnrolled(agentId), agentEnrolled(retired), agentChanged('retired', retired));
    const presences = new StoredAgentPresences(database);
    const decide = async (condition: Decision['condition'], heldMs: number): Promise<unknown[]> => {
      const decision = { condition, heldMs, sinceMs: SINCE_MS, moves: 0, cause: condition };
      await writeDecisions(database, [
        { ...decision, agentId },
        { ...decision, agentId: retired },
      ]);
      return (await presences.decided()).map((each) => [each.agentId, each.presence, each.condition, each.since]);
    };
    const since = new Date(SINCE_MS).toISOString();
    expect(await presences.decided()).toEqual([]);
    expect(await decide('unheard', 0)).toEqual([]);
    expect(await decide('ok', 0)).toEqual([[agentId, 'present', null, since]]);
    expect(await decide('silent', 0)).toEqual([]);
    expect(await decide('silent', 30_000)).toEqual([[agentId, 'lost', 'silent', since]]);
    expect(await decide('unable', 30_000)).toEqual([[agentId, 'lost', 'unable', since]]);
    expect(await decide('returning', 30_000)).toEqual([]);
    expect(await decide('ok', 0)).toEqual([[agentId, 'present', null, since]]);
  } finally {
    await database.close();
    await testDb.dropDatabase();
  }
});
