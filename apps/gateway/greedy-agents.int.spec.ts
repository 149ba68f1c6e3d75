import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as secured } from 'node:tls';
import { encodeBody, frameBlock, LANE, ResultColumnsBuilder, type ResultsResponse } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { atOneInstant, eventually } from '@icmp-mon/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { block, type EnrolledClient, enrolment, jsonOf } from '@icmp-mon/probing/agent/testing';
import { GatewayFixture } from './gateway.test-fixture';

const MIB = 1024 * 1024;
const FLOOR_PER_S = 500;
const BURST = 60 * FLOOR_PER_S;
const PER_ADDRESS = 64;

/** Limits what one agent, or one address, can do to all others. */
describe('an agent that takes more than its share', () => {
  let fixture: GatewayFixture;
  const open: (ClientRequest | Socket)[] = [];

  beforeAll(async () => {
    fixture = await GatewayFixture.open({ agentResultsPerSMin: FLOOR_PER_S, connectionsPerAddressMax: PER_ADDRESS });
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.destroy();
  });

  afterAll(async () => {
    await fixture.close();
  });

  /** Sends an upload that announces `declared` bytes and contains `sent` of them. */
  function unfinished(
    { certificatePem, keyPem }: EnrolledClient,
    lane: string,
    declared: number,
    sent: number,
    answered: (body: string) => void = () => undefined,
  ): void {
    const upload = request(`${fixture.agentsUrl}/v1/results?lane=${lane}`, {
      ...{ method: 'POST', agent: false, ca: fixture.ca.pem, cert: certificatePem, key: keyPem },
      headers: { 'content-type': 'application/vnd.icmpmon.blocks', 'content-length': String(declared) },
    });
    upload.on('error', () => upload.destroy());
    upload.on('response', (response) => {
      response.setEncoding('utf8').on('data', (text: string) => answered(text));
      response.on('error', () => response.destroy());
    });
    upload.write(Buffer.alloc(sent));
    open.push(upload);
  }

  function silent(port: number, localAddress = '127.0.0.1'): void {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => socket.destroy());
    open.push(socket);
  }

  async function enrolledMany(count: number): Promise<EnrolledClient[]> {
    const agents: EnrolledClient[] = [];
    while (agents.length < count) agents.push(await fixture.enrolled());
    return agents;
  }

  const inFlight = (): Promise<number> => fixture.readMetric('icmpmon_gateway_in_flight_bytes');

  it('by uploads that announce much and send nothing affects no other agent', async () => {
    const [greedy, honest] = [await fixture.enrolled(), await fixture.enrolled()];
    for (let at = 0; at < 10; at++) for (const lane of ['live', 'backfill']) unfinished(greedy, lane, 4 * MIB, 1);
    await eventually(async () => expect(await inFlight()).toBeGreaterThan(0));
    for (let sequence = 1; sequence <= 10; sequence++) {
      const answer = await honest.client.sendBlocks('live', [block({ agentId: honest.agentId, sequence })]);
      expect(answer.status, answer.body.toString()).toBe(200);
    }
    // The received bytes: one upload per lane.
    expect(await inFlight()).toBeLessThan(MIB);
  });

  it('or whose connection broke during an upload continues with its next one', async () => {
    const agent = await fixture.enrolled();
    let said = '';
    unfinished(agent, 'live', 1_000, 10, (text) => (said += text));
    await eventually(async () => expect(await inFlight()).toBeGreaterThan(0));
    expect((await agent.client.sendBlocks('live', [block({ agentId: agent.agentId })])).status).toBe(200);
    await eventually(() => expect(said).toContain('A newer upload of the lane arrived'));
  });

  it('by many waiting bytes is rejected itself', async () => {
    const greedy = await fixture.enrolled();
    // Its share of 16 MiB is one upload of the largest size.
    unfinished(greedy, 'backfill', 4 * MIB, 3 * MIB);
    await eventually(async () => expect(await inFlight()).toBeGreaterThanOrEqual(3 * MIB));
    const large = await greedy.client.sendRequest('/v1/results?lane=live', {
      ...{ method: 'POST', headers: { 'content-type': 'application/vnd.icmpmon.blocks' }, body: Buffer.alloc(2 * MIB) },
    });
    expect(large.status).toBe(429);
    expect(large.body.toString()).toContain('share of the memory');
    expect(Number(large.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('and many agents with slow uploads give way to a fast one', async () => {
    const slow = await enrolledMany(18);
    const quick = await fixture.enrolled();
    for (const agent of slow) unfinished(agent, 'live', 2 * MIB, MIB - 100_000);
    await eventually(async () => expect(await inFlight()).toBeGreaterThan(14 * MIB));
    await eventually(async () => {
      const body = [block({ agentId: quick.agentId })];
      expect((await quick.client.sendBlocks('live', body)).status).toBe(200);
    });
    const deferred = await fixture.readMetric('icmpmon_gateway_uploads_deferred_total', '{reason="memory"}');
    expect(deferred).toBeGreaterThan(0);
    // From here on there is free memory immediately.
    for (let sequence = 2; sequence <= 10; sequence++) {
      const answer = await quick.client.sendBlocks('live', [block({ agentId: quick.agentId, sequence })]);
      expect(answer.status).toBe(200);
    }
  });

  /** Returns blocks with as many results as a block can contain, in about 100 bytes per block. */
  function manyResults(agentId: string, blocks: number, from = 1): Uint8Array[] {
    const builder = new ResultColumnsBuilder();
    for (let at = 0; at < 20_000; at++) builder.addResult(7, 1, Date.now(), 0, 1);
    const body = encodeBody(builder.buildColumns(), compress);
    const address = { agentId, boot: 1, lane: LANE.live, shard: 0, policyVersion: 1 };
    return Array.from({ length: blocks }, (_, at) => frameBlock({ ...address, sequence: from + at }, body));
  }

  it('by results beyond its assignments must wait, and loses none', async () => {
    const { agentId, client } = await fixture.enrolled();
    const upload = manyResults(agentId, 1_024);
    const first = await client.sendBlocks('live', upload);
    expect(first.status).toBe(200);
    const answer = jsonOf<ResultsResponse>(first);
    expect(answer).toMatchObject({
      ...{ durable: { boot: 1, sequence: 1 }, refused: [] },
      deferred: { from: 1, reason: 'too_many_results' },
    });
    expect(answer.deferred?.retryAfterS).toBeGreaterThan(10);
    const again = await client.sendBlocks('live', upload.slice(1));
    expect(again.status).toBe(429);
    expect(again.body.toString()).toContain('more results than its assigned targets produce');
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(10);
    // A small upload is still accepted.
    const small = await client.sendBlocks('live', [block({ agentId, sequence: 2 })]);
    expect(jsonOf<ResultsResponse>(small)).toEqual({ durable: { boot: 1, sequence: 2 }, refused: [] });
    expect(await fixture.readMetric('icmpmon_gateway_uploads_deferred_total', '{reason="results"}')).toBe(2);
  });

  it('may send the results of its assigned targets', async () => {
    const { agentId, client } = await fixture.enrolled();
    await fixture.database.execute(
      `INSERT INTO assignment_tier (name, policy, published_policy, position)
       VALUES ('busy', $1, NULL, 1) ON CONFLICT (name) DO NOTHING`,
      [JSON.stringify({ probeIntervalMs: 1_000, checks: [{ check: 1 }, { check: 2 }] })],
    );
    await fixture.database.execute(
      `INSERT INTO assignment (agent_id, target_key, tier, ip, shard, position)
       SELECT $1, key, 'busy', '127.0.0.1', 0, 1 FROM generate_series(1, 500) AS key`,
      [agentId],
    );
    // 500 targets, 2 checks, every second, ten times: 10,000 per second.
    let sequence = 1;
    await eventually(async () => {
      const answer = await client.sendBlocks('live', manyResults(agentId, 20, sequence));
      expect([200, 429]).toContain(answer.status);
      if (answer.status === 200) sequence = (jsonOf<ResultsResponse>(answer).durable?.sequence ?? 0) + 1;
      expect((sequence - 1) * 20_000).toBeGreaterThan(2 * BURST);
    });
  });

  it('by silent connections blocks no agent, and ends none that is in use', async () => {
    const { certificatePem: cert, keyPem: key } = await fixture.enrolled();
    const served = secured({ port: fixture.gateway.ports.agents, ca: fixture.ca.pem, cert, key });
    open.push(served);
    await once(served, 'secureConnect');
    for (let at = 0; at < 3 * PER_ADDRESS; at++) silent(fixture.gateway.ports.agents);
    for (let at = 0; at < 3 * PER_ADDRESS; at++) silent(fixture.gateway.ports.enrol);
    const silenced = '{listener="agents-listener",reason="silent"}';
    await eventually(async () =>
      expect(await fixture.readMetric('icmpmon_gateway_connections_refused_total', silenced)).toBeGreaterThan(
        PER_ADDRESS,
      ),
    );
    const newcomer = await fixture.enrolled();
    const answer = await newcomer.client.sendBlocks('live', [block({ agentId: newcomer.agentId })]);
    expect(answer.status).toBe(200);
    // The earlier connection still gets a response.
    served.write('GET /v1/assignments?since=x HTTP/1.1\r\nHost: gateway\r\n\r\n');
    const [said] = (await once(served, 'data')) as [Buffer];
    expect(said.toString()).toContain('HTTP/1.1 400');
  });

  it('or a stranger who tries tokens does not block the enrolment of agents at other addresses', async () => {
    const guess = JSON.stringify(enrolment('guess', `imt_000000000000_${'a'.repeat(43)}`, 'csr'));
    let guesses = new Set<number>();
    let guessing = true;
    const guesser = (async () => {
      while (guessing) {
        const round = Array.from({ length: 20 }, () => fixture.fromAddress('127.0.0.9', '/v1/enrol', guess));
        guesses = new Set([...guesses, ...(await Promise.all(round))]);
      }
    })();
    await eventually(() => expect(guesses).toEqual(new Set([401, 429])));
    for (let at = 0; at < 5; at++) await fixture.enrolled();
    guessing = false;
    await guesser;
  });

  it('by many connections loses its oldest', async () => {
    const agent = await fixture.enrolled();
    const { certificatePem: cert, keyPem: key } = agent;
    for (let at = 0; at < 30; at++) {
      const socket = secured({ port: fixture.gateway.ports.agents, ca: fixture.ca.pem, cert, key });
      socket.on('error', () => socket.destroy());
      open.push(socket);
    }
    await eventually(async () =>
      expect(
        await fixture.readMetric(
          'icmpmon_gateway_connections_refused_total',
          '{listener="agents-listener",reason="client"}',
        ),
      ).toBeGreaterThanOrEqual(6),
    );
    expect((await agent.client.sendRequest('/v1/assignments?since=x')).status).toBe(400);
  });

  it('by an alternating policy moves its targets a few times, then must wait', async () => {
    const { agentId, client } = await fixture.enrolled();
    const policy = { allow: null, deny: [], packetsPerSecond: 500, refusedKeys: [] };
    const statuses: number[] = [];
    let waitS = 0;
    // Even below the limit of reports, the limit of changes applies in the end.
    await eventually(async () => {
      const answer = await client.json('/v1/policy', { ...policy, stopped: statuses.length % 2 === 0 }, 'PUT');
      if (answer.status === 204) statuses.push(answer.status);
      waitS = Number(answer.headers['retry-after'] ?? 0);
      expect(waitS, agentId).toBeGreaterThan(60);
    });
    expect(statuses.length).toBe(6);
    // The last reported policy may be reported again.
    await eventually(async () => {
      const again = await client.json('/v1/policy', { ...policy, stopped: false }, 'PUT');
      expect(again.status).toBe(204);
    });
  }, 60_000);

  it('by endless telemetry and polls is limited', () =>
    atOneInstant(async () => {
      const { client } = await fixture.enrolled();
      const reports = await Promise.all(Array.from({ length: 10 }, () => client.json('/v1/telemetry', {})));
      expect(reports.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(7);
      expect(reports.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
      const asks: number[] = [];
      for (let at = 0; at < 22; at++) {
        client.sendRequest('/v1/assignments?since=0').then(
          ({ status }) => asks.push(status),
          () => undefined,
        );
      }
      // Two exceed the rate, and the oldest of the others are answered when newer ones arrive; four wait until the end.
      await eventually(() =>
        expect([304, 429].map((status) => asks.filter((each) => each === status).length)).toEqual([16, 2]),
      );
    }));
});
