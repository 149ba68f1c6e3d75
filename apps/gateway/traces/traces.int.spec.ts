import { TRACE_REPORT_LIMITS } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';
import { atOneInstant } from '@icmp-mon/platform/testing';
import { type EnrolledClient, jsonOf } from '@icmp-mon/probing/agent/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayFixture } from '../gateway.test-fixture';
import { assignTargets, readTraces } from './traced-targets.test-fixture';

const IPS = ['192.0.2.1', '192.0.2.2'];

describe('traces that an agent sends', () => {
  let fixture: GatewayFixture;
  let agent: EnrolledClient;
  let ids: Map<number, string>;

  beforeAll(async () => {
    fixture = await GatewayFixture.open();
    agent = await fixture.enrolled();
    ids = await assignTargets(fixture, agent.agentId, IPS);
  });
  afterAll(async () => {
    await fixture.close();
  });

  const reportOf = (targetKey: number, changes: object = {}) => ({
    ...{ id: newId(), targetKey, cause: 'bad', commandId: null, end: { ok: true }, names: {} },
    trace: { target: IPS[targetKey - 1], startedAtMs: 1, addresses: [IPS[targetKey - 1]], rounds: [[[0, 500]]] },
    ...changes,
  });
  const send = (reports: unknown, { client } = agent) => client.json('/v1/traces', { reports });
  const published = async (): Promise<string[]> => (await readTraces(fixture)).map(({ report }) => report.id);

  it('are in the topic when the gateway has answered, also of a target that was assigned before', async () => {
    await fixture.database.execute('DELETE FROM assignment WHERE target_key = 2');
    await fixture.database.execute(
      'INSERT INTO assignment_removed (agent_id, target_key, position) VALUES ($1, 2, 9)',
      [agent.agentId],
    );
    const reports = [reportOf(1, { names: { '192.0.2.1': 'a.example', '192.0.2.9': 'b.example' } }), reportOf(2)];
    const answer = await send(reports);
    expect([answer.status, jsonOf(answer)]).toEqual([200, { refused: [] }]);
    const messages = await readTraces(fixture);
    for (const [at, { id }] of reports.entries()) {
      const message = messages.find(({ report }) => report.id === id);
      expect(message).toMatchObject({ agentId: agent.agentId, report: { targetId: ids.get(at + 1) } });
      expect(Object.keys(message?.report ?? {})).not.toContain('targetKey');
    }
    expect(messages.find(({ report }) => report.id === reports[0]?.id)?.report.names).toEqual({
      '192.0.2.1': 'a.example',
    });
  });

  it('are refused one by one if they are of a target, or a command, of another agent', async () => {
    const other = await fixture.enrolled();
    const command = newId();
    await fixture.database.execute(
      `INSERT INTO command (id, kind, target_id, target_key, ip, vrf, parameters, count, timeout_ms, requested_by, correlation_id,
         expires_at, state) VALUES ($1, 'mtr', $2, 1, '192.0.2.1', '', '{}', 10, 1000, 'user:1', $1, now(), 'completed')`,
      [command, ids.get(1)],
    );
    await fixture.database.execute(
      `INSERT INTO command_agent (command_id, agent_id, name, region, provider, connection, state)
       VALUES ($1, $2, 'a', 'r', 'p', 'connected', 'completed')`,
      [command, other.agentId],
    );
    const ofCommand = reportOf(1, { cause: 'command', commandId: command, targetKey: null });
    const assigned = reportOf(1);
    expect(jsonOf(await send([assigned, ofCommand]))).toEqual({
      refused: [{ id: ofCommand.id, detail: expect.stringContaining('commandId is not a command mtr') }],
    });
    const refused = reportOf(1);
    const own = { ...ofCommand, id: newId() };
    expect(jsonOf(await send([refused, own], other))).toEqual({
      refused: [{ id: refused.id, detail: expect.stringContaining('targetKey is not a target') }],
    });
    const stored = await published();
    expect([assigned, own, refused, ofCommand].map(({ id }) => stored.includes(id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('are refused as a whole if the request is not a list, has too many, or is too large', async () => {
    const many = Array.from({ length: TRACE_REPORT_LIMITS.reports + 1 }, () => reportOf(1));
    for (const reports of [undefined, {}, many, [{ id: 'x' }]]) {
      const answer = await send(reports);
      expect([answer.status, jsonOf(answer)]).toEqual([400, expect.objectContaining({ code: 'invalid' })]);
    }
    const large = await send([reportOf(1, { names: { a: 'a'.repeat(70_000) } })]);
    expect([large.status, jsonOf(large)]).toEqual([413, expect.objectContaining({ code: 'too_large' })]);
  });

  it('are limited per agent', async () => {
    const greedy = await fixture.enrolled();
    await atOneInstant(async () => {
      const reports = Array.from({ length: 20 }, () => reportOf(1));
      for (let at = 0; at < 50; at++) expect((await send(reports, greedy)).status).toBe(200);
      const answer = await send(reports, greedy);
      expect([answer.status, Number(answer.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    });
    expect((await send([reportOf(1)])).status).toBe(200);
    expect(await fixture.readMetric('icmpmon_gateway_traces_refused_total', '{reason="not_assigned"}')).toBeGreaterThan(
      900,
    );
  });

  it('are limited in their bytes per agent', async () => {
    const greedy = await fixture.enrolled();
    await atOneInstant(async () => {
      const large = reportOf(1, { names: { x: 'x'.repeat(60_000) } });
      const statuses: number[] = [];
      for (let at = 0; at < 120; at++) statuses.push((await send([large], greedy)).status);
      expect(statuses.indexOf(429)).toBeGreaterThan(100);
      expect(statuses.at(-1)).toBe(429);
    });
  });
});
