import type { AgentState } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AGENT, cancelDrain, enrol } from '../agent';
import { advanceDrains } from './advance-drains';
import { CancelDrainJob, CancelDrainJobHandler } from './cancel-drain-job';
import { ListDrainJobsHandler } from './list-drain-jobs';
import { ReadDrainJob, ReadDrainJobHandler } from './read-drain-job';
import { RequestDrain, RequestDrainHandler } from './request-drain';

/** Targets per agent, as a test sets them. */
class FakeHeld extends HeldTargets {
  readonly counts = new Map<string, number>();
  short = 0;

  byAgent(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map(ids.map((id) => [id, this.counts.get(id) ?? 0])));
  }

  countShort(): Promise<number> {
    return Promise.resolve(this.short);
  }
}

const METADATA = { actor: 'user:ada', causationId: null, correlationId: newId() };
const OTHER = { ...METADATA, actor: 'user:bob' };

let testing: TestDatabase;
let control: ControlDatabase;
let store: EventStore;
let held: FakeHeld;
let ids: string[];

beforeAll(async () => {
  testing = await testDatabase('control');
  control = new ControlDatabase({ url: testing.url });
  store = new EventStore(control);
});
afterAll(async () => {
  await control.close();
  await testing.dropDatabase();
});
beforeEach(async () => {
  await control.execute('DELETE FROM agent_drain_job');
  held = new FakeHeld();
  const names = ['a', 'b', 'c'].map((name) => `${name}-${newId().slice(-6)}`);
  ids = [];
  for (const name of names) {
    const agentId = newId();
    const place = { name, region: 'eu', provider: 'p', tags: {}, capacityPps: null };
    const certificate = { certificateSha256: 'a'.repeat(64), notAfter: '2030-01-01T00:00:00.000Z' };
    const data = { agentId, ...place, ...certificate };
    await store.execute(AGENT, agentId, (record) => enrol(record, data), { metadata: METADATA });
    held.counts.set(agentId, 10);
    ids.push(agentId);
  }
});

const requestDrain = (more: object = {}) =>
  new RequestDrainHandler(control, held).execute(new RequestDrain({ agents: ids, ...more }, METADATA));
const readJob = (id: string) => new ReadDrainJobHandler(control, held).execute(new ReadDrainJob(id));
const cancelJob = (id: string) =>
  new CancelDrainJobHandler(control, store, held).execute(new CancelDrainJob(id, OTHER));
const advance = () => advanceDrains(control, held);

async function states(): Promise<AgentState[]> {
  const rows = await control.query<{ id: string; state: AgentState }>('SELECT id, state FROM agent');
  return ids.map((id) => rows.find((row) => row.id === id)?.state ?? 'retired');
}

describe('a job that drains several agents', () => {
  it('drains them one after the other, as the user who requested it, and ends', async () => {
    const { id } = await requestDrain({ reason: 'new rack' });
    await advance();
    await advance();
    expect(await states()).toEqual(['draining', 'active', 'active']);
    held.counts.set(ids[0], 0);
    await advance();
    expect(await states()).toEqual(['draining', 'draining', 'active']);
    for (const each of ids) held.counts.set(each, 0);
    await advance();
    await advance();
    const job = await readJob(id);
    expect(job).toMatchObject({ state: 'completed', progress: '3 of 3 drained', why: null, reason: 'new rack' });
    expect(job.agents.map(({ state }) => state)).toEqual(['drained', 'drained', 'drained']);
    const events = await control.query<{ metadata: object; data: object }>(
      `SELECT metadata, data FROM event WHERE type = 'AgentDrainStarted' AND stream = ANY ($1)`,
      [ids.map((each) => `agent-${each}`)],
    );
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ metadata: { ...METADATA }, data: { reason: 'new rack' } });
  });

  it('takes each step once, although several workers run it', async () => {
    const { id } = await requestDrain({ atOnce: 2 });
    await Promise.all(Array.from({ length: 4 }, () => advance()));
    expect(await states()).toEqual(['draining', 'draining', 'active']);
    await advance();
    expect((await readJob(id)).progress).toMatch(
      /^0 of 3 drained, draining a-\w+ \(10 targets\), b-\w+ \(10 targets\), 1 waiting$/,
    );
  });

  it('pauses while targets are short of agents, and continues afterwards', async () => {
    const { id } = await requestDrain();
    held.short = 2;
    await advance();
    expect(await readJob(id)).toMatchObject({
      state: 'paused',
      why: expect.stringContaining('2 targets are not placed'),
    });
    expect(await states()).toEqual(['active', 'active', 'active']);
    held.short = 0;
    await advance();
    expect(await readJob(id)).toMatchObject({ state: 'running', why: null });
    expect((await states())[0]).toBe('draining');
  });

  it('stops when no target moves, and drains no agent again whose drain was cancelled', async () => {
    const { id } = await requestDrain();
    await advance();
    await store.execute(AGENT, ids[0], (record) => cancelDrain(record, null), { metadata: METADATA });
    await advance();
    expect(await states()).toEqual(['active', 'draining', 'active']);
    await control.execute(`UPDATE agent_drain_job SET progressed_at = now() - interval '1 hour'`);
    await advance();
    await control.execute(`UPDATE agent_drain_job SET progressed_at = now() - interval '1 hour'`);
    await advance();
    const job = await readJob(id);
    expect(job).toMatchObject({ state: 'stopped', why: expect.stringContaining('No target moved for 600 s') });
    expect(job.agents.map(({ state }) => state)).toEqual(['skipped', 'draining', 'waiting']);
  });

  it('continues after a time without a worker, and while targets move between two looks', async () => {
    const { id } = await requestDrain({ waitS: 60 });
    await advance();
    await advance();
    await control.execute(
      `UPDATE agent_drain_job SET progressed_at = progressed_at - interval '1 hour', looked_at = looked_at - interval '1 hour'`,
    );
    await advance();
    expect(await readJob(id)).toMatchObject({ state: 'running' });
    await control.execute(`UPDATE agent_drain_job SET progressed_at = now() - interval '61 seconds'`);
    held.counts.set(ids[0], 9);
    await advance();
    expect(await readJob(id)).toMatchObject({ state: 'running' });
    await control.execute(`UPDATE agent_drain_job SET progressed_at = now() - interval '61 seconds'`);
    await advance();
    expect(await readJob(id)).toMatchObject({ state: 'stopped' });
  });

  it('drains no further agent once it is cancelled', async () => {
    const { id } = await requestDrain();
    await advance();
    expect(await cancelJob(id)).toMatchObject({ state: 'cancelled' });
    for (const each of ids) held.counts.set(each, 0);
    await advance();
    expect(await states()).toEqual(['draining', 'active', 'active']);
    expect(await cancelJob(id)).toMatchObject({ state: 'cancelled' });
    const { items } = await new ListDrainJobsHandler(control, held).execute();
    expect(items.map((job) => job.id)).toEqual([id]);
    const events = await control.query('SELECT type, data, metadata FROM event WHERE stream = $1', [
      `agentdrain-${id}`,
    ]);
    expect(events).toMatchObject([{ type: 'DrainJobCancelled', data: { jobId: id }, metadata: OTHER }]);
  });

  it('is refused without agents in service, in too large numbers, and cancelled after its end', async () => {
    await expect(requestDrain({ agents: [newId()] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(readJob(newId())).rejects.toMatchObject({ code: 'not_found' });
    for (const each of ids) held.counts.set(each, 0);
    const { id } = await requestDrain({ atOnce: 3 });
    await advance();
    await advance();
    await expect(cancelJob(id)).rejects.toMatchObject({ code: 'conflict', message: /already completed/ });
    for (let nr = 0; nr < 10; nr += 1) await requestDrain();
    await expect(requestDrain()).rejects.toMatchObject({ code: 'too_many_requests' });
  });
});
