import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentChange, EnrolResponse, RenewResponse } from '@icmp-mon/agents/contract';
import { CertificateAuthority, ChangeAgent, ChangeAgentHandler, keySha256, makeToken } from '@icmp-mon/agents/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, testServices, testTopicPrefix, type TestDatabase } from '@icmp-mon/platform/testing';
import { createPublicKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  block,
  enrolment,
  type EnrolledClient,
  jsonOf,
  makeKeyAndCsr,
  rejoining,
  TestClient,
} from '@icmp-mon/probing/agent/testing';
import { Gateway } from './gateway';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Row {
  certificate: string;
  previous: string | null;
  key: string | null;
  cloned: boolean;
}

describe('the identity of an agent', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let messaging: Messaging;
  let caDir: string;
  let ca: CertificateAuthority;
  let gateway: Gateway;
  let anonymous: TestClient;
  let changes: ChangeAgentHandler;
  let names = 0;
  const clients: TestClient[] = [];

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    const topicPrefix = testTopicPrefix();
    const { kafkaBrokers } = testServices();
    messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: 2 });
    caDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
    gateway = new Gateway({
      controlDatabaseUrl: testDb.url,
      ...{ kafkaBrokers, topicPrefix, shardCount: 2, listenHost: '127.0.0.1', agentPort: 0, enrolPort: 0, opsPort: 0 },
      ...{ publicGatewayUrl: 'https://gateway.example:8443', publicEnrolUrl: 'https://gateway.example:8444' },
      ...{ traceIntervalH: 24, tracePacketsPercent: 1 },
      caDir,
      ...{ inFlightBytesMax: 16 * 1024 * 1024, agentBytesPerSMax: 64 * 1024 * 1024, agentRequestsPerSMax: 1_000 },
      ...{ agentResultsPerSMin: 5_000, connectionsPerAddressMax: 64, enrolConnectionsPerAddressMax: 64 },
    });
    await gateway.start();
    ca = await CertificateAuthority.open(caDir);
    anonymous = new TestClient(`https://127.0.0.1:${gateway.ports.enrol}`, { ca: ca.pem });
    changes = new ChangeAgentHandler(new EventStore(database));
  });

  afterEach(() => clients.splice(0).forEach((client) => client.close()));

  afterAll(async () => {
    anonymous.close();
    await gateway.stop();
    await messaging.close();
    await database.close();
    await testDb.dropDatabase();
    await rm(caDir, { recursive: true });
  });

  async function token(agentName: string | null = null): Promise<string> {
    const made = makeToken();
    await database.execute(
      `INSERT INTO enrolment_token (id, secret_hash, agent_name, uses, uses_left, expires_at)
       VALUES ($1, $2, $3, 1, 1, now() + interval '1 minute')`,
      [made.id, made.secretHash, agentName],
    );
    return made.token;
  }

  function clientOf(cert: string, key: string): TestClient {
    const client = new TestClient(`https://127.0.0.1:${gateway.ports.agents}`, { ca: ca.pem, cert, key });
    clients.push(client);
    return client;
  }

  async function enrolled(name = `agent-${names++}`): Promise<EnrolledClient & { name: string; csrPem: string }> {
    const { keyPem, csrPem } = await makeKeyAndCsr();
    const answer = await anonymous.json('/v1/enrol', enrolment(name, await token(), csrPem));
    expect(answer.status).toBe(201);
    const given = jsonOf<EnrolResponse>(answer);
    return { ...given, name, keyPem, csrPem, client: clientOf(given.certificatePem, keyPem) };
  }

  /** Gives the agent a certificate of that time, as if it had been away since. */
  async function since(agent: { agentId: string; csrPem: string; keyPem: string }, agoMs: number): Promise<string> {
    const former = await ca.issueAgentCertificate(agent.csrPem, agent.agentId, new Date(Date.now() - agoMs));
    await database.execute(
      `UPDATE agent SET certificate_sha256 = $2, previous_certificate_sha256 = NULL, certificate_not_after = $3,
         certificate_used_at = now() - interval '1 hour' WHERE id = $1`,
      [agent.agentId, former.sha256, former.notAfter],
    );
    return former.pem;
  }

  async function rowOf(agentId: string): Promise<Row> {
    const [row] = await database.query<Row>(
      `SELECT certificate_sha256 AS certificate, previous_certificate_sha256 AS previous, key_sha256 AS key,
         clone_suspected_at IS NOT NULL AS cloned FROM agent WHERE id = $1`,
      [agentId],
    );
    return row;
  }

  const change = (agentId: string, what: AgentChange): Promise<unknown> =>
    changes.execute(new ChangeAgent(agentId, what, {}, { actor: 'user:1', causationId: null, correlationId: newId() }));

  const upload = (client: TestClient, agentId: string, sequence = 1): Promise<Answer> =>
    client.sendBlocks('live', [block({ agentId, sequence })]);

  describe('whose certificate expired', () => {
    it('returns with its key, regardless of how long ago that was and of its token', async () => {
      const agent = await enrolled();
      const certificatePem = await since(agent, 40 * DAY_MS);
      await expect(upload(clientOf(certificatePem, agent.keyPem), agent.agentId)).rejects.toThrow();
      const answer = await anonymous.json(
        '/v1/rejoin',
        await rejoining(anonymous, agent, agent.keyPem, { certificatePem }),
      );
      expect(answer.status).toBe(200);
      const returned = jsonOf<EnrolResponse>(answer);
      expect(returned).toMatchObject({ agentId: agent.agentId, gatewayUrl: agent.gatewayUrl, shardCount: 2 });
      expect((await upload(clientOf(returned.certificatePem, agent.keyPem), agent.agentId)).status).toBe(200);
      expect(await rowOf(agent.agentId)).toMatchObject({ cloned: false });
    });

    it('also returns by its last certificate when its row, of an earlier release, has no key', async () => {
      const agent = await enrolled();
      const certificatePem = await since(agent, 2 * DAY_MS);
      await database.execute('UPDATE agent SET key_sha256 = NULL WHERE id = $1', [agent.agentId]);
      const without = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem));
      expect(without.status).toBe(403);
      const answer = await anonymous.json(
        '/v1/rejoin',
        await rejoining(anonymous, agent, agent.keyPem, { certificatePem }),
      );
      expect(answer.status).toBe(200);
      expect((await rowOf(agent.agentId)).key).toBe(keySha256(createPublicKey(agent.keyPem)));
    });

    it('returns only by a challenge that is ours, recent, and not answered before', async () => {
      const agent = await enrolled();
      await since(agent, 2 * DAY_MS);
      const request = await rejoining(anonymous, agent, agent.keyPem);
      const [time, random, mac] = request.nonce.split('.');
      const later = (Number.parseInt(time, 36) + 1).toString(36);
      for (const nonce of [`${later}.${random}.${mac}`, 'x', '']) {
        const forged = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem, { nonce }));
        expect([400, 401]).toContain(forged.status);
      }
      const stranger = await makeKeyAndCsr();
      const signed = await rejoining(anonymous, agent, stranger.keyPem, { nonce: request.nonce });
      expect((await anonymous.json('/v1/rejoin', { ...request, signature: signed.signature })).status).toBe(401);
      expect((await anonymous.json('/v1/rejoin', request)).status).toBe(200);
      await since(agent, 2 * DAY_MS);
      const again = await anonymous.json('/v1/rejoin', request);
      expect(again.status).toBe(401);
      expect(again.body.toString()).toContain('Sign a new challenge');
    });

    it('cannot return with another key', async () => {
      const agent = await enrolled();
      const certificatePem = await since(agent, 2 * DAY_MS);
      const { keyPem } = await makeKeyAndCsr();
      for (const given of [{}, { certificatePem }]) {
        const answer = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, keyPem, given));
        expect(answer.status).toBe(403);
        expect(jsonOf(answer)).toMatchObject({ code: 'certificate_replaced' });
      }
      const unknown = await anonymous.json('/v1/rejoin', await rejoining(anonymous, { agentId: newId() }, keyPem));
      expect(jsonOf(unknown)).toMatchObject({ code: 'agent_not_enrolled' });
    });

    it('returns by the database’s clock, regardless of the gateway’s wall clock', async () => {
      const agent = await enrolled();
      await since(agent, 2 * DAY_MS);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * HOUR_MS });
      let answer: Answer;
      try {
        answer = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem));
      } finally {
        vi.useRealTimers();
      }
      expect(answer.status).toBe(200);
      const { certificatePem } = jsonOf<EnrolResponse>(answer);
      expect((await upload(clientOf(certificatePem, agent.keyPem), agent.agentId)).status).toBe(200);
      await since(agent, 2 * DAY_MS);
      const again = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem));
      expect(again.status).toBe(200);
    });

    it('returns immediately after a database clock that was ahead has been corrected', async () => {
      const agent = await enrolled();
      await since(agent, -DAY_MS);
      await database.execute('UPDATE agent SET rejoin_floor_ms = $2 WHERE id = $1', [
        agent.agentId,
        Date.now() + DAY_MS,
      ]);
      const request = await rejoining(anonymous, agent, agent.keyPem);
      const answer = await anonymous.json('/v1/rejoin', request);
      expect(answer.status).toBe(200);
      const { certificatePem } = jsonOf<EnrolResponse>(answer);
      expect((await upload(clientOf(certificatePem, agent.keyPem), agent.agentId)).status).toBe(200);
      await since(agent, 2 * DAY_MS);
      expect((await anonymous.json('/v1/rejoin', request)).status).toBe(401);
    });

    it('returns at most every ten seconds', async () => {
      const agent = await enrolled();
      const answer = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem));
      expect(answer.status).toBe(429);
    });
  });

  it('is recognised after the restore of a backup with an older certificate', async () => {
    const agent = await enrolled();
    // The database of two days ago does not contain later certificates.
    await since(agent, 2 * DAY_MS);
    const refused = await upload(agent.client, agent.agentId);
    expect(jsonOf(refused)).toMatchObject({ code: 'certificate_replaced' });
    const { certificatePem } = agent;
    const answer = await anonymous.json(
      '/v1/rejoin',
      await rejoining(anonymous, agent, agent.keyPem, { certificatePem }),
    );
    expect(answer.status).toBe(200);
    expect(await rowOf(agent.agentId)).toMatchObject({ cloned: false });
  });

  it('is issued again to an agent that never received the response to its enrolment', async () => {
    const agent = await enrolled();
    await database.execute(
      `UPDATE agent SET certificate_not_after = certificate_not_after - interval '1 minute' WHERE id = $1`,
      [agent.agentId],
    );
    const answer = await anonymous.json('/v1/rejoin', await rejoining(anonymous, { name: agent.name }, agent.keyPem));
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toMatchObject({ agentId: agent.agentId });
    expect(await rowOf(agent.agentId)).toMatchObject({ cloned: false });
  });

  describe('whose name another machine requests', () => {
    it('is protected, unless a token names the agent', async () => {
      const agent = await enrolled();
      const { keyPem, csrPem } = await makeKeyAndCsr();
      const taken = await anonymous.json('/v1/enrol', enrolment(agent.name, await token(), csrPem));
      expect(taken.status).toBe(409);
      expect(taken.body.toString()).toContain(`POST /api/v1/enrolment-tokens {\\"agentName\\": \\"${agent.name}\\"}`);
      expect((await upload(agent.client, agent.agentId)).status).toBe(200);
      const named = await token(agent.name);
      expect((await anonymous.json('/v1/enrol', enrolment('another', named, csrPem))).status).toBe(403);
      const elsewhere = { ...enrolment(agent.name, named, csrPem), region: 'moon' };
      const answer = await anonymous.json('/v1/enrol', elsewhere);
      expect(answer.status).toBe(201);
      const { agentId, certificatePem } = jsonOf<EnrolResponse>(answer);
      expect(agentId).toBe(agent.agentId);
      expect((await upload(clientOf(certificatePem, keyPem), agentId)).status).toBe(200);
      await eventually(async () => {
        expect(jsonOf(await upload(agent.client, agentId))).toMatchObject({ code: 'certificate_replaced' });
      });
      const back = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem));
      expect(jsonOf(back)).toMatchObject({ code: 'certificate_replaced' });
    });

    it('is available to the agent itself with any token, as in earlier releases', async () => {
      const agent = await enrolled();
      const answer = await anonymous.json('/v1/enrol', enrolment(agent.name, await token(), agent.csrPem));
      expect(answer.status).toBe(201);
      expect(jsonOf(answer)).toMatchObject({ agentId: agent.agentId });
    });
  });

  describe('that was evicted, banned or retired', () => {
    it.each([
      ['evict', 'agent_evicted'],
      ['ban', 'agent_banned'],
      ['retire', 'agent_retired'],
    ] as const)('by %s is rejected on every route with %s', async (what, code) => {
      const agent = await enrolled();
      expect((await upload(agent.client, agent.agentId)).status).toBe(200);
      if (what === 'retire') await change(agent.agentId, 'evict');
      await change(agent.agentId, what);
      await eventually(async () => expect((await upload(agent.client, agent.agentId, 2)).status).toBe(403));
      for (const answer of [
        await upload(agent.client, agent.agentId, 3),
        await agent.client.sendRequest('/v1/assignments'),
        await agent.client.json('/v1/telemetry', {}),
        await agent.client.json('/v1/certificate', { csrPem: agent.csrPem }),
        await agent.client.json('/v1/description', {}),
        await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem)),
      ]) {
        expect(answer.status).toBe(403);
        expect(jsonOf(answer)).toMatchObject({ code });
      }
    });

    it('joins again with a token that names it if it was evicted, but not while it is banned', async () => {
      const agent = await enrolled();
      await change(agent.agentId, 'evict');
      const ordinary = await anonymous.json('/v1/enrol', enrolment(agent.name, await token(), agent.csrPem));
      expect(ordinary.status).toBe(409);
      const answer = await anonymous.json('/v1/enrol', enrolment(agent.name, await token(agent.name), agent.csrPem));
      expect(answer.status).toBe(201);
      expect(
        (await upload(clientOf(jsonOf<EnrolResponse>(answer).certificatePem, agent.keyPem), agent.agentId)).status,
      ).toBe(200);
      await change(agent.agentId, 'ban');
      const named = await token(agent.name);
      const banned = await anonymous.json('/v1/enrol', enrolment(agent.name, named, agent.csrPem));
      expect(banned.status).toBe(403);
      expect(banned.body.toString()).toContain('Unban it first');
      await change(agent.agentId, 'unban');
      expect((await anonymous.json('/v1/enrol', enrolment(agent.name, named, agent.csrPem))).status).toBe(201);
    });

    it('frees its name for a new agent once it is retired', async () => {
      const agent = await enrolled();
      await change(agent.agentId, 'evict');
      await change(agent.agentId, 'retire');
      const next = await enrolled(agent.name);
      expect(next.agentId).not.toBe(agent.agentId);
      expect((await upload(next.client, next.agentId)).status).toBe(200);
    });
  });

  describe('that two processes share', () => {
    it('is detected when one renews a certificate that the other has renewed and used', async () => {
      const agent = await enrolled();
      const common = await since(agent, 13 * HOUR_MS);
      const [one, other] = [clientOf(common, agent.keyPem), clientOf(common, agent.keyPem)];
      const renewed = await one.json('/v1/certificate', { csrPem: agent.csrPem });
      expect(renewed.status).toBe(200);
      const successor = clientOf(jsonOf<RenewResponse>(renewed).certificatePem, agent.keyPem);
      expect((await upload(successor, agent.agentId)).status).toBe(200);
      expect(await rowOf(agent.agentId)).toMatchObject({ cloned: false });
      expect((await other.json('/v1/certificate', { csrPem: agent.csrPem })).status).toBe(200);
      expect(await rowOf(agent.agentId)).toMatchObject({ cloned: true });
    });

    it('is detected when both return with the key, and neither is blocked by the other', async () => {
      const agent = await enrolled();
      const common = await since(agent, 2 * DAY_MS);
      const given = { certificatePem: common };
      const returned: TestClient[] = [];
      for (let process = 0; process < 2; process++) {
        const answer = await anonymous.json('/v1/rejoin', await rejoining(anonymous, agent, agent.keyPem, given));
        expect(answer.status).toBe(200);
        returned.push(clientOf(jsonOf<EnrolResponse>(answer).certificatePem, agent.keyPem));
        expect((await upload(returned[process], agent.agentId, process + 1)).status).toBe(200);
        await database.execute(
          `UPDATE agent SET certificate_not_after = certificate_not_after - interval '1 minute' WHERE id = $1`,
          [agent.agentId],
        );
      }
      expect(await rowOf(agent.agentId)).toMatchObject({ cloned: true });
      for (const client of returned) expect((await upload(client, agent.agentId, 9)).status).toBe(200);
    });

    it('is not reported when the response to a renewal was lost', async () => {
      const agent = await enrolled();
      const client = clientOf(await since(agent, 13 * HOUR_MS), agent.keyPem);
      for (let attempt = 0; attempt < 2; attempt++) {
        expect((await client.json('/v1/certificate', { csrPem: agent.csrPem })).status).toBe(200);
      }
      expect(await rowOf(agent.agentId)).toMatchObject({ cloned: false });
    });
  });

  describe('is renewed', () => {
    it('by the database’s clock, regardless of the gateway’s wall clock', async () => {
      const agent = await enrolled();
      const client = clientOf(await since(agent, 13 * HOUR_MS), agent.keyPem);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 10 * HOUR_MS });
      try {
        expect((await client.json('/v1/certificate', { csrPem: agent.csrPem })).status).toBe(200);
      } finally {
        vi.useRealTimers();
      }
    });

    it('not before a quarter of the certificate’s lifetime, and not many times in a short period', async () => {
      const agent = await enrolled();
      const young = await agent.client.json('/v1/certificate', { csrPem: agent.csrPem });
      expect(young.status).toBe(429);
      expect(Number(young.headers['retry-after'])).toBeGreaterThan(5 * 3_600);
      const client = clientOf(await since(agent, 7 * HOUR_MS), agent.keyPem);
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 4; attempt++) {
        statuses.push((await client.json('/v1/certificate', { csrPem: agent.csrPem })).status);
      }
      expect(statuses).toEqual([200, 200, 200, 429]);
      const [{ count }] = await database.query<{ count: number }>(
        'SELECT count(*) AS count FROM event WHERE stream = $1',
        [`agent-${agent.agentId}`],
      );
      expect(count).toBe(1);
    });
  });

  it('is described by the agent: provider and tags take effect, name and region do not', async () => {
    const agent = await enrolled();
    const said = { name: 'renamed', region: 'moon', provider: 'other', tags: { site: 'ams' } };
    for (let time = 0; time < 2; time++) {
      const answer = await agent.client.json('/v1/description', said);
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toEqual({ name: agent.name, region: 'lab', provider: 'other', tags: { site: 'ams' } });
    }
    const events = await database.query<{ type: string }>('SELECT type FROM event WHERE stream = $1 ORDER BY version', [
      `agent-${agent.agentId}`,
    ]);
    expect(events.map(({ type }) => type)).toEqual(['AgentEnrolled', 'AgentDescribed']);
    const wrong = await agent.client.json('/v1/description', { ...said, tags: { 'a b': 'c' } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.toString()).toContain('#/tags');
  });

  it('is restored to an agent that has its challenge, regardless of how many others request one', async () => {
    const agent = await enrolled();
    await since(agent, 2 * DAY_MS);
    const request = await rejoining(anonymous, agent, agent.keyPem);
    let refused: Answer | undefined;
    while (refused === undefined) {
      const answer = await anonymous.json('/v1/rejoin/challenge', {});
      if (answer.status !== 200) refused = answer;
    }
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await anonymous.json('/v1/rejoin', request)).status).toBe(200);
  });
});
