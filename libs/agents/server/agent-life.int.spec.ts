import {
  AGENT_DESCRIBED,
  type AgentChange,
  type AgentEnrolled,
  type ChangeAgentDescriptionRequest,
  type ChangeAgentRequest,
  type ChangedAgent,
} from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { validateEvent } from '@icmp-mon/platform/messaging';
import { rebuild } from '@icmp-mon/platform/rebuild';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT, enrol } from './agent';
import { agentModel } from './agent-model';
import { ChangeAgent, ChangeAgentHandler } from './change-agent';
import { ChangeAgentDescription, ChangeAgentDescriptionHandler } from './change-agent-description';
import { completeRetirements } from './complete-retirements';
import { ListedAgents } from './listed-agents';
import { UnreadReports } from './unread-reports.test-data';

const metadata = { actor: 'user:1', causationId: null, correlationId: newId() };

describe('the lifecycle of agents', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let store: EventStore;
  let changes: ChangeAgentHandler;
  let names = 0;

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    store = new EventStore(control);
    changes = new ChangeAgentHandler(store);
  });

  afterAll(async () => {
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  async function enrolled(name = `agent-${names++}`): Promise<AgentEnrolled['data']> {
    const data = {
      ...{ agentId: newId(), name, region: 'eu', provider: 'p', tags: {}, capacityPps: null, keySha256: 'k' },
      ...{ certificateSha256: 'first', notAfter: new Date(Date.now() + 3_600_000).toISOString() },
    };
    await store.execute(AGENT, data.agentId, (record) => enrol(record, data), { metadata });
    return data;
  }

  const change = (
    agentId: string,
    what: AgentChange,
    request: ChangeAgentRequest = {},
    expectedVersion?: number,
  ): Promise<ChangedAgent> => changes.execute(new ChangeAgent(agentId, what, request, metadata, expectedVersion));

  const retire = (held: Record<string, number> = {}): Promise<number> =>
    completeRetirements(control, telemetry, () => Promise.resolve(new Map(Object.entries(held))));

  it('changes with the given reason, which the view and the events contain; events match their schemas', async () => {
    const { agentId, name } = await enrolled();
    const told: [AgentChange, string, string][] = [
      ['drain', 'draining', 'drain-started'],
      ['cancel-drain', 'active', 'drain-cancelled'],
      ['evict', 'evicted', 'evicted'],
      ['ban', 'banned', 'banned'],
      ['unban', 'evicted', 'unbanned'],
      ['retire', 'retired', 'retired'],
    ];
    const list = new ListedAgents(control, telemetry, new UnreadReports());
    for (const [what, state] of told) {
      const changed = await change(agentId, what, { reason: `because of ${what}` });
      expect(changed).toMatchObject({ id: agentId, name, state });
      const view = await list.get(agentId);
      expect(view).toMatchObject({ state, stateReason: `because of ${what}`, version: changed.version });
    }
    const events = await control.query<{ data: object }>(
      'SELECT data FROM event WHERE stream = $1 AND version > 1 ORDER BY version',
      [`agent-${agentId}`],
    );
    expect(events).toHaveLength(told.length);
    events.forEach(({ data }, at) => validateEvent(`icmpmon.agent.${told[at][2]}.v1`, data));
  });

  it('removes a retired agent from the list; it can still be read by its id', async () => {
    const { agentId, name } = await enrolled();
    await change(agentId, 'retire', { force: true });
    const list = new ListedAgents(control, telemetry, new UnreadReports());
    expect((await list.listAgents()).some(({ id }) => id === agentId)).toBe(false);
    expect((await list.listAgents('retired')).find(({ id }) => id === agentId)).toMatchObject({ name });
    const successor = await enrolled(name);
    expect((await list.listAgents()).filter((agent) => agent.name === name).map(({ id }) => id)).toEqual([
      successor.agentId,
    ]);
  });

  it('accepts a change for the current version and refuses it for another', async () => {
    const { agentId } = await enrolled();
    expect(await change(agentId, 'drain', {}, 1)).toMatchObject({ state: 'draining', version: 2 });
    await change(agentId, 'cancel-drain');
    await expect(change(agentId, 'evict', {}, 2)).rejects.toMatchObject({ code: 'precondition_failed' });
    for (const reason of ['x'.repeat(201), 'a\u0007b']) {
      await expect(change(agentId, 'evict', { reason })).rejects.toMatchObject({ code: 'invalid' });
    }
    await expect(change(newId(), 'drain')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('retires an agent once it holds no targets and has shipped its results', async () => {
    const [holding, shipping, lost, drained] = await Promise.all(Array.from({ length: 4 }, () => enrolled()));
    for (const { agentId } of [holding, shipping, lost]) await change(agentId, 'retire');
    await change(drained.agentId, 'drain');
    const report = (agentId: string, agoS: number) =>
      telemetry.execute(
        `INSERT INTO agent_health (agent_id, received_at, telemetry)
         VALUES ($1, now() - make_interval(secs => $2), '{"spoolBlocks": 3}')`,
        [agentId, agoS],
      );
    await report(shipping.agentId, 1);
    await report(lost.agentId, 90);
    expect(await retire({ [holding.agentId]: 7 })).toBe(1);
    const states = async () =>
      Promise.all(
        [holding, shipping, lost, drained].map(
          async ({ agentId }) => (await new ListedAgents(control, telemetry, new UnreadReports()).get(agentId)).state,
        ),
      );
    expect(await states()).toEqual(['draining', 'draining', 'retired', 'draining']);
    await control.execute(`UPDATE agent SET state_since = now() - interval '11 minutes' WHERE id = $1`, [
      shipping.agentId,
    ]);
    expect(await retire({ [holding.agentId]: 7 })).toBe(1);
    expect(await retire()).toBe(1);
    expect(await states()).toEqual(['retired', 'retired', 'retired', 'draining']);
  });

  it('is described by an operator: the view and the event show it, and a taken name is refused', async () => {
    const [agent, other] = [await enrolled(), await enrolled()];
    const descriptions = new ChangeAgentDescriptionHandler(store);
    const describeAs = (patch: ChangeAgentDescriptionRequest, expectedVersion?: number) =>
      descriptions.execute(new ChangeAgentDescription(agent.agentId, patch, metadata, expectedVersion));
    const set = { name: `fra-${names++}`, region: 'us', provider: 'q', tags: { site: 'fra' }, capacityPps: 50 };
    const answer = await describeAs(set, 1);
    const setByOperator = ['name', 'provider', 'region', 'tags.site'];
    expect(answer).toEqual({ id: agent.agentId, ...set, setByOperator, version: 2 });
    const list = new ListedAgents(control, telemetry, new UnreadReports());
    expect(await list.get(agent.agentId)).toMatchObject({ ...set, setByOperator, version: 2 });
    const [{ data }] = await control.query<{ data: object }>(
      'SELECT data FROM event WHERE stream = $1 AND version = 2',
      [`agent-${agent.agentId}`],
    );
    validateEvent(AGENT_DESCRIBED, data);
    expect(await describeAs({ capacityPps: 50 })).toMatchObject({ version: 2 });
    expect(await describeAs({ capacityPps: null })).toMatchObject({ capacityPps: null, version: 3 });
    await expect(describeAs({ region: 'eu' }, 2)).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(describeAs({ name: other.name })).rejects.toMatchObject({
      ...{ code: 'conflict', errors: [expect.objectContaining({ pointer: '#/name' })] },
    });
    await change(other.agentId, 'retire', { force: true });
    expect(await describeAs({ name: other.name })).toMatchObject({ name: other.name });
  });

  it('is restored by a rebuild; certificates, which no event contains, are kept', async () => {
    const { agentId } = await enrolled();
    const patch = { capacityPps: 20, tags: { site: 'fra' } };
    await new ChangeAgentDescriptionHandler(store).execute(new ChangeAgentDescription(agentId, patch, metadata));
    await change(agentId, 'drain');
    await control.execute(
      `UPDATE agent SET certificate_sha256 = 'renewed', previous_certificate_sha256 = 'first', region = 'lost',
         capacity_pps = NULL, set_by_operator = '{}' WHERE id = $1`,
      [agentId],
    );
    const outcome = await rebuild(agentModel(control), { database: control, replace: true, report: () => undefined });
    expect(outcome).toMatchObject({
      replaced: true,
      differences: [expect.objectContaining({ changed: expect.any(Number) })],
    });
    const [row] = await control.query(
      'SELECT region, state, certificate_sha256, key_sha256, capacity_pps, set_by_operator FROM agent WHERE id = $1',
      [agentId],
    );
    expect(row).toEqual({
      ...{ region: 'eu', state: 'draining', certificate_sha256: 'renewed', key_sha256: 'k' },
      ...{ capacity_pps: 20, set_by_operator: ['tags.site'] },
    });
  });
});
