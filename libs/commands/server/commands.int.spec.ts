import type { CommandReport } from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { validateEvent } from '@icmp-mon/platform/messaging';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandsFixture, done, FLEET, refused, TARGET, traced } from './commands.test-fixture';

const [A, B, C] = FLEET.map(({ id }) => id);
const WAIT = { waitMs: 20_000, signal: new AbortController().signal };

let commands: CommandsFixture;

beforeAll(async () => {
  commands = await CommandsFixture.open();
}, 60_000);
afterAll(() => commands.close());
beforeEach(async () => {
  commands.actor = `user:${newId()}`;
  await commands.control.execute('DELETE FROM command');
});

describe('a command', () => {
  it('reaches the waiting agents, collects their answers, and publishes its life', async () => {
    const waiting = Promise.all([A, B].map((agentId) => commands.updates.nextOrders(agentId, [], WAIT)));
    const { id, agents, state } = await commands.requestProbe({ kind: 'tcp_connect', parameters: { port: 443 } });
    expect([state, agents.map(({ name }) => name)]).toEqual(['requested', ['a', 'b']]);
    const [answer] = await waiting;
    expect(answer).toMatchObject({
      orders: [{ id, kind: 'tcp_connect', ip: TARGET.ip, parameters: { port: 443 }, count: 1, timeoutMs: 2_000 }],
      ended: [],
    });
    expect(answer?.orders[0]?.expiresInMs).toBeGreaterThan(20_000);
    await commands.sendReports(A, { commandId: id, state: 'received' });
    await eventually(async () => expect(await commands.stateOf(id)).toBe('running'));
    await commands.sendReports(A, done(id));
    await eventually(async () => expect((await commands.view(id)).counts).toMatchObject({ completed: 1, waiting: 1 }));
    await commands.sendReports(B, refused(id));
    await eventually(async () => expect(await commands.stateOf(id)).toBe('completed'));
    const ended = await commands.view(id);
    expect(ended.agents.map((each) => [each.name, each.state, each.reason, each.summary?.rttMeanUs ?? null])).toEqual([
      ['a', 'completed', null, 1_000],
      ['b', 'failed', 'refused', null],
    ]);
    expect(ended.endedAt).not.toBeNull();
    const types = ['requested', 'dispatched', 'completed'].map((verb) => `icmpmon.command.${verb}.v1`);
    await eventually(() => expect(commands.eventsOf(id)).toEqual(types));
    for (const { type, data } of commands.published) validateEvent(type, data);
    const trail = await commands.trail(id, A);
    expect(trail.lines).toEqual([{ afterMs: 1, text: 'reply after 1000' }]);
    // The agents learn that they can forget it.
    expect(await commands.updates.nextOrders(A, [id], WAIT)).toEqual({ orders: [], ended: [id] });
  });

  it('shows the newest trace of each agent while it runs, and keeps it when the agent does not end it', async () => {
    const { id, timeoutMs, count } = await commands.requestProbe({ kind: 'mtr', agents: [A, B] });
    expect([count, timeoutMs]).toEqual([10, 1_000]);
    await commands.sendReports(A, traced(id, 1), traced(id, 3), traced(id, 2), traced(id, 9, '192.0.2.99'));
    await commands.sendReports(B, { commandId: id, state: 'received' });
    const stateOf = async (at: number) => {
      const { state, trace, names } = (await commands.view(id)).agents[at];
      return { state, rtt: trace?.rounds[0]?.[0], names };
    };
    const names = { [TARGET.ip]: 'a.example.net' };
    await eventually(async () => expect(await stateOf(1)).toEqual({ state: 'running', rtt: undefined, names: {} }));
    expect(await stateOf(0)).toEqual({ state: 'running', rtt: [0, 3], names });
    await commands.sendReports(A, traced(id, 2), traced(id, 4));
    await eventually(async () => expect(await stateOf(0)).toMatchObject({ rtt: [0, 4] }));
    await commands.sendReports(A, { ...refused(id), reason: 'interrupted' } as CommandReport);
    await commands.sendReports(A, traced(id, 5));
    await commands.sendReports(B, { ...traced(id, 7), state: 'completed', attempts: [], trail: [] });
    await eventually(async () => expect(await commands.stateOf(id)).toBe('completed'));
    expect(await stateOf(0)).toEqual({ state: 'failed', rtt: [0, 4], names });
    expect(await stateOf(1)).toEqual({ state: 'completed', rtt: [0, 7], names });
    expect(commands.eventsOf(id).filter((type) => type.includes('completed'))).toHaveLength(1);
  });

  it('counts repeated, late and contradicting reports once', async () => {
    const { id } = await commands.requestProbe({ agents: [A, B] });
    await Promise.all(Array.from({ length: 5 }, (_, at) => commands.sendReports(A, done(id, 1_000 + at))));
    await commands.sendReports(A, { commandId: id, state: 'received' }, refused(id));
    await commands.sendReports(C, done(id));
    await commands.sendReports(B, done(id));
    await eventually(async () => expect(await commands.stateOf(id)).toBe('completed'));
    const before = await commands.view(id);
    expect(before.counts).toMatchObject({ completed: 2, failed: 0 });
    await commands.sendReports(A, done(id, 9_999));
    await commands.sendReports(B, refused(id));
    const next = await commands.requestProbe({ agents: [A] });
    await commands.sendReports(A, done(next.id));
    await eventually(async () => expect(await commands.stateOf(next.id)).toBe('completed'));
    expect(await commands.view(id)).toEqual(before);
    expect(commands.eventsOf(id).filter((type) => type.includes('completed'))).toHaveLength(1);
    const rows = await commands.control.query('SELECT FROM command_trail WHERE command_id = $1', [id]);
    expect(rows).toHaveLength(2);
  });

  it('expires behind the reports that arrived in time, and lists the agents that did not answer', async () => {
    const { id } = await commands.requestProbe({ agents: [A, B] });
    await commands.control.execute(`UPDATE command SET expires_at = now() - interval '10 seconds' WHERE id = $1`, [id]);
    await commands.sendReports(A, done(id));
    let expiries = 0;
    // None while the worker applies the report, which locks the command.
    await eventually(async () => {
      const counts = await Promise.all(Array.from({ length: 4 }, () => commands.expire()));
      expiries += counts.reduce((sum, count) => sum + count, 0);
      expect(expiries).toBe(1);
    });
    await eventually(async () => expect(await commands.stateOf(id)).toBe('expired'));
    await commands.sendReports(B, done(id));
    const next = await commands.requestProbe({ agents: [B] });
    await commands.sendReports(B, done(next.id));
    await eventually(async () => expect(await commands.stateOf(next.id)).toBe('completed'));
    const { agents } = await commands.view(id);
    expect(agents.map(({ state }) => state)).toEqual(['completed', 'expired']);
    expect(agents[1]?.detail).toBe('The agent did not answer before the command expired.');
    const last = commands.published.findLast(({ key, type }) => key === id && type.includes('expired'));
    expect(last?.data).toMatchObject({ completed: [A], expired: [B] });
    expect(await commands.expire()).toBe(0);
  });

  it('is cancelled: agents that run it learn it immediately, and later answers do not count', async () => {
    const { id } = await commands.requestProbe({ agents: [A, B] });
    await commands.sendReports(A, done(id));
    await eventually(async () => expect((await commands.view(id)).counts.completed).toBe(1));
    const learned = commands.updates.nextOrders(B, [id], WAIT);
    const ended = await commands.cancelled(id);
    expect(ended).toMatchObject({ state: 'cancelled', counts: { completed: 1, cancelled: 1 } });
    expect(await learned).toEqual({ orders: [], ended: [id] });
    expect(await commands.cancelled(id)).toMatchObject({ state: 'cancelled', endedAt: ended.endedAt });
    const inUpperCase = await commands.requestProbe({ agents: [A.toUpperCase()] });
    expect(await commands.cancelled(inUpperCase.id.toUpperCase())).toMatchObject({ state: 'cancelled' });
    const other = await commands.requestProbe({ agents: [A] });
    await commands.sendReports(A, done(other.id));
    await eventually(async () => expect(await commands.stateOf(other.id)).toBe('completed'));
    await expect(commands.cancelled(other.id)).rejects.toThrow('it cannot be cancelled');
  });

  it('ends once when it is cancelled while its last answer is applied', async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => commands.requestProbe({ agents: [A] }).then(({ id }) => id)),
    );
    await Promise.all(
      ids.flatMap((id) => [commands.sendReports(A, done(id)), commands.cancelled(id).catch(() => undefined)]),
    );
    await eventually(async () => {
      for (const id of ids) expect(['completed', 'cancelled']).toContain(await commands.stateOf(id));
    });
    await eventually(() => {
      for (const id of ids)
        expect(commands.eventsOf(id).filter((type) => /completed|cancelled/.test(type))).toHaveLength(1);
    });
  });
});
