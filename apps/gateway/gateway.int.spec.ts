import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootstrapEnrolmentToken, CertificateAuthority, makeToken } from '@icmp-mon/agents/server';
import {
  AGENT_POLICY_TOPIC,
  type EnrolResponse,
  type ReceivedTelemetry,
  type RenewResponse,
  type ReportedPolicy,
} from '@icmp-mon/agents/contract';
import {
  decodeShardRecord,
  inspectBlock,
  LANE,
  UPLOAD_BYTES_MAX,
  type BlockEnvelope,
  type ResultsResponse,
} from '@icmp-mon/probing/wire';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging, SHARD_TOPIC, validateEvent } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, testServices, testTopicPrefix, type TestDatabase } from '@icmp-mon/platform/testing';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  block,
  enrolment,
  jsonOf,
  makeKeyAndCsr,
  TestClient,
  type EnrolledClient,
} from '@icmp-mon/probing/agent/testing';
import { Gateway } from './gateway';
import type { GatewayConfig } from './gateway-config';

const SHARDS = 2;
const STRANGER = '01936d2e-7c1a-7b3e-9a51-0242ac120003';

describe('the gateway', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let messaging: Messaging;
  let caDir: string;
  let ca: CertificateAuthority;
  let config: GatewayConfig;
  let gateway: Gateway;
  let anonymous: TestClient;
  let names = 0;
  const others: Gateway[] = [];
  const clients: TestClient[] = [];

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    const topicPrefix = testTopicPrefix();
    const { kafkaBrokers } = testServices();
    messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: SHARDS });
    caDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
    config = {
      controlDatabaseUrl: testDb.url,
      kafkaBrokers,
      topicPrefix,
      shardCount: SHARDS,
      listenHost: '127.0.0.1',
      agentPort: 0,
      enrolPort: 0,
      publicGatewayUrl: 'https://gateway.example:8443',
      publicEnrolUrl: 'https://gateway.example:8444',
      caDir,
      opsPort: 0,
      inFlightBytesMax: 16 * 1024 * 1024,
      agentBytesPerSMax: 64 * 1024 * 1024,
      agentRequestsPerSMax: 1_000,
      agentResultsPerSMin: 5_000,
      ...{ traceIntervalH: 24, tracePacketsPercent: 1 },
      ...{ connectionsPerAddressMax: 64, enrolConnectionsPerAddressMax: 64 },
    };
    gateway = await opened(config);
    ca = await CertificateAuthority.open(caDir);
    anonymous = new TestClient(`https://127.0.0.1:${gateway.ports.enrol}`, { ca: ca.pem });
  });

  afterEach(async () => {
    clients.splice(0).forEach((client) => client.close());
    await Promise.all(others.splice(0).map((other) => other.stop()));
  });

  afterAll(async () => {
    anonymous.close();
    await gateway.stop();
    await messaging.close();
    await database.close();
    await testDb.dropDatabase();
    await rm(caDir, { recursive: true });
  });

  async function opened(options: GatewayConfig): Promise<Gateway> {
    const started = new Gateway(options);
    await started.start();
    return started;
  }

  async function token(
    uses = 1,
    validForS = 60,
    region: string | null = null,
    agentName: string | null = null,
  ): Promise<string> {
    const made = makeToken();
    await database.execute(
      `INSERT INTO enrolment_token (id, secret_hash, region, uses_left, expires_at, agent_name)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), $6)`,
      [made.id, made.secretHash, region, uses, validForS, agentName],
    );
    return made.token;
  }

  async function enrolled(name = `agent-${names++}`, port = gateway.ports.agents): Promise<EnrolledClient> {
    const { keyPem, csrPem } = await makeKeyAndCsr();
    const answer = await anonymous.json('/v1/enrol', enrolment(name, await token(1, 60, null, name), csrPem));
    expect(answer.status).toBe(201);
    const enrolAnswer = jsonOf<EnrolResponse>(answer);
    return { ...enrolAnswer, keyPem, client: clientOf(enrolAnswer.certificatePem, keyPem, port) };
  }

  function clientOf(cert: string, key: string, port = gateway.ports.agents): TestClient {
    const client = new TestClient(`https://127.0.0.1:${port}`, { ca: ca.pem, cert, key });
    clients.push(client);
    return client;
  }

  /** Returns the envelopes of an agent in the log of one shard. */
  async function logged(shard: number, agentId: string): Promise<BlockEnvelope[]> {
    const log = await messaging.openLog(SHARD_TOPIC);
    const found: BlockEnvelope[] = [];
    const { low, high } = await log.logBounds(shard);
    let next = low;
    await log.followPartition(shard, low, (records) => {
      for (const { value, offset } of records) {
        const decoded = decodeShardRecord(value);
        expect(decoded.ok).toBe(true);
        if (decoded.ok && decoded.record.kind === 'blocks') {
          const own = Buffer.from(agentId.replaceAll('-', ''), 'hex');
          found.push(...decoded.record.envelopes.filter(({ block: bytes }) => Buffer.from(bytes).includes(own)));
        }
        next = offset + 1;
      }
      return Promise.resolve();
    });
    await eventually(() => expect(next).toBe(high));
    await log.close();
    return found;
  }

  describe('enrolment', () => {
    it('serves the CA whose hash an agent pins', async () => {
      const answer = await anonymous.sendRequest('/v1/ca');
      const der = new x509.X509Certificate(answer.body.toString()).rawData;
      expect(createHash('sha256').update(new Uint8Array(der)).digest('hex')).toBe(ca.sha256);
    });

    it("issues a certificate for the agent's name, regardless of the CSR, and records the event", async () => {
      const { agentId, certificatePem, gatewayUrl, shardCount } = await enrolled();
      const certificate = new x509.X509Certificate(certificatePem);
      expect(certificate.subject).toBe(`CN=${agentId}`);
      expect(certificate.notAfter.getTime() - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
      expect({ gatewayUrl, shardCount }).toEqual({ gatewayUrl: config.publicGatewayUrl, shardCount: SHARDS });
      const [event] = await database.query<{ type: string; data: object }>(
        'SELECT type, data FROM event WHERE stream = $1',
        [`agent-${agentId}`],
      );
      expect(event.type).toBe('AgentEnrolled');
      validateEvent('icmpmon.agent.enrolled.v1', event.data);
    });

    it('rejects a token that is used up, expired, unknown or of another region, with the reason', async () => {
      const { csrPem } = await makeKeyAndCsr();
      const spent = await token(1);
      expect((await anonymous.json('/v1/enrol', enrolment(`spent-${names++}`, spent, csrPem))).status).toBe(201);
      const refusals = {
        spent: await anonymous.json('/v1/enrol', enrolment('late', spent, csrPem)),
        expired: await anonymous.json('/v1/enrol', enrolment('late', await token(1, -1), csrPem)),
        unknown: await anonymous.json('/v1/enrol', enrolment('late', makeToken().token, csrPem)),
        malformed: await anonymous.json('/v1/enrol', enrolment('late', 'let-me-in', csrPem)),
      };
      for (const answer of Object.values(refusals)) expect(answer.status).toBe(401);
      expect(refusals.spent.body.toString()).toContain('spent');
      expect(refusals.expired.body.toString()).toContain('expired');
      const elsewhere = await anonymous.json('/v1/enrol', enrolment('late', await token(1, 60, 'moon'), csrPem));
      expect(elsewhere.status).toBe(403);
      expect(elsewhere.body.toString()).toContain('moon');
    });

    it('grants the last use of a token to one of two agents', async () => {
      const last = await token(1);
      const requests = await Promise.all(
        [0, 1, 2, 3].map(async (at) => enrolment(`race-${names++}-${at}`, last, (await makeKeyAndCsr()).csrPem)),
      );
      const answers = await Promise.all(requests.map((body) => anonymous.json('/v1/enrol', body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401]);
    });

    it('renews the installation’s own token', async () => {
      const own = makeToken().token;
      await bootstrapEnrolmentToken(database, own);
      await database.execute('UPDATE enrolment_token SET uses_left = 0 WHERE id = $1', [own.slice(4, 16)]);
      await bootstrapEnrolmentToken(database, own);
      const { csrPem } = await makeKeyAndCsr();
      expect((await anonymous.json('/v1/enrol', enrolment(`own-${names++}`, own, csrPem))).status).toBe(201);
    });

    it('reports every invalid field', async () => {
      const answer = await anonymous.json('/v1/enrol', { token: 7, name: 'a b', tags: [] });
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      const { errors } = jsonOf<{ errors: { pointer: string }[] }>(answer);
      expect(errors.map(({ pointer }) => pointer)).toEqual(
        expect.arrayContaining(['#/token', '#/csrPem', '#/name', '#/region', '#/provider', '#/tags']),
      );
    });

    it('rejects a body that is not UTF-8, and tags named like members of every JavaScript object', async () => {
      const { csrPem } = await makeKeyAndCsr();
      const request = enrolment('latin-1', await token(), csrPem);
      const body = Buffer.from(JSON.stringify({ ...request, region: 'caf\u00e9' }), 'latin1');
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
      const latin1 = await anonymous.sendRequest('/v1/enrol', { method: 'POST', headers, body });
      expect(latin1.status).toBe(400);
      expect(latin1.body.toString()).toContain('UTF-8');
      for (const name of ['__proto__', 'constructor', 'toString']) {
        const tags = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;
        const answer = await anonymous.json('/v1/enrol', { ...request, tags });
        expect(answer.status, name).toBe(400);
        expect(jsonOf(answer), name).toMatchObject({ errors: [{ pointer: '#/tags' }] });
      }
    });

    it('rejects an invalid CSR', async () => {
      const answer = await anonymous.json('/v1/enrol', enrolment('late', await token(), 'no pem'));
      expect(answer.status).toBe(400);
      expect(answer.body.toString()).toContain('#/csrPem');
    });

    it('lets an agent that lost its folder join again as itself, and revokes its former certificate', async () => {
      const name = `lost-${names++}`;
      const before = await enrolled(name);
      expect((await before.client.sendBlocks('live', [block({ agentId: before.agentId })])).status).toBe(200);
      const { client, agentId } = await enrolled(name);
      expect(agentId).toBe(before.agentId);
      const former = clientOf(before.certificatePem, before.keyPem);
      await eventually(async () => {
        const answer = await former.sendBlocks('live', [block({ agentId: before.agentId })]);
        expect(answer.status).toBe(403);
        expect(jsonOf(answer)).toMatchObject({ code: 'certificate_replaced' });
      });
      expect((await client.sendBlocks('live', [block({ agentId, sequence: 2 })])).status).toBe(200);
    });

    it('rejects the name of an agent of another region', async () => {
      const name = `taken-${names++}`;
      await enrolled(name);
      const { csrPem } = await makeKeyAndCsr();
      const answer = await anonymous.json('/v1/enrol', { ...enrolment(name, await token(), csrPem), region: 'moon' });
      expect(answer.status).toBe(409);
    });
  });

  describe('certificates', () => {
    it('are required: without one, or with one of another CA, the connection fails', async () => {
      const without = new TestClient(`https://127.0.0.1:${gateway.ports.agents}`, { ca: ca.pem });
      clients.push(without);
      await expect(without.sendRequest('/v1/assignments')).rejects.toThrow();
      const otherDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
      const otherCa = await CertificateAuthority.open(otherDir);
      const { keyPem, csrPem } = await makeKeyAndCsr();
      const { pem } = await otherCa.issueAgentCertificate(csrPem, STRANGER);
      await expect(clientOf(pem, keyPem).sendRequest('/v1/assignments')).rejects.toThrow();
      await rm(otherDir, { recursive: true });
    });

    it('of our CA for an unknown agent are rejected', async () => {
      const { keyPem, csrPem } = await makeKeyAndCsr();
      const { pem } = await ca.issueAgentCertificate(csrPem, STRANGER);
      const answer = await clientOf(pem, keyPem).sendBlocks('live', [block({ agentId: STRANGER })]);
      expect(answer.status).toBe(403);
      expect(jsonOf(answer)).toMatchObject({
        code: 'agent_not_enrolled',
        detail: expect.stringContaining('No agent is enrolled') as string,
      });
    });

    it('that have expired are refused a connection', async () => {
      const { keyPem, csrPem } = await makeKeyAndCsr();
      const { pem } = await ca.issueAgentCertificate(csrPem, STRANGER, new Date(Date.now() - 48 * 3_600_000));
      await expect(clientOf(pem, keyPem).sendRequest('/v1/assignments')).rejects.toThrow();
    });

    it('are renewed with a new key; the current one stays valid, because the response may be lost', async () => {
      const { agentId } = await enrolled();
      const { keyPem, csrPem } = await makeKeyAndCsr();
      const former = await ca.issueAgentCertificate(csrPem, agentId, new Date(Date.now() - 12 * 3_600_000));
      await database.execute('UPDATE agent SET certificate_sha256 = $2, certificate_not_after = $3 WHERE id = $1', [
        ...[agentId, former.sha256, former.notAfter],
      ]);
      const client = clientOf(former.pem, keyPem);
      const answer = await client.json('/v1/certificate', { csrPem });
      expect(answer.status).toBe(200);
      const { certificatePem } = jsonOf<RenewResponse>(answer);
      const renewed = clientOf(certificatePem, keyPem);
      expect((await renewed.sendBlocks('live', [block({ agentId })])).status).toBe(200);
      const again = await client.json('/v1/certificate', { csrPem: (await makeKeyAndCsr()).csrPem });
      expect(again.status).toBe(200);
      // Every agent renews its certificate every 12 hours for years: renewals must not append events.
      const [{ count }] = await database.query<{ count: number }>(
        'SELECT count(*) AS count FROM event WHERE stream = $1',
        [`agent-${agentId}`],
      );
      expect(count).toBe(1);
    });
  });

  describe('results', () => {
    it('reach the shards’ log byte by byte, each in its shard', async () => {
      const { agentId, client } = await enrolled();
      const blocks = [block({ agentId, shard: 0 }), block({ agentId, shard: 1, sequence: 2 })];
      const answer = await client.sendBlocks('live', blocks);
      expect(answer.status).toBe(200);
      expect(jsonOf<ResultsResponse>(answer)).toEqual({ durable: { boot: 1, sequence: 2 }, refused: [] });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(Number(answer.headers['x-icmpmon-time'])).toBeGreaterThan(0);
      for (const shard of [0, 1]) {
        const found = await logged(shard, agentId);
        expect(found.map(({ block: bytes }) => Buffer.from(bytes))).toEqual([Buffer.from(blocks[shard])]);
      }
    });

    it('carry the agent’s clock offset', async () => {
      const { agentId, client } = await enrolled();
      const threeDaysMs = 3 * 86_400_000;
      const ahead = { 'x-icmpmon-sent-at': String(Date.now() + threeDaysMs) };
      expect((await client.sendBlocks('live', [block({ agentId })], ahead)).status).toBe(200);
      const [{ clockOffsetMs }] = await logged(0, agentId);
      expect(Math.abs(clockOffsetMs - threeDaysMs)).toBeLessThan(5_000);
    });

    it('are rejected block by block, and the good blocks accepted', async () => {
      const { agentId, client } = await enrolled();
      const damaged = block({ agentId, sequence: 2 });
      damaged[damaged.length - 1] ^= 0xff;
      const blocks = [
        block({ agentId, sequence: 1 }),
        damaged,
        block({ agentId: STRANGER, sequence: 3 }),
        block({ agentId, sequence: 4, lane: LANE.backfill }),
        block({ agentId, sequence: 5, shard: SHARDS }),
        new Uint8Array(0),
        block({ agentId, sequence: 6 }),
      ];
      const answer = jsonOf<ResultsResponse>(await client.sendBlocks('live', blocks));
      expect(answer.durable).toEqual({ boot: 1, sequence: 6 });
      expect(answer.refused.map(({ index, reason }) => [index, reason])).toEqual([
        [1, 'bad_crc'],
        [2, 'bad_agent'],
        [3, 'bad_lane'],
        [4, 'bad_header'],
        [5, 'empty'],
      ]);
      expect(await logged(0, agentId)).toHaveLength(2);
    });

    it('sent again are accepted again: the fold drops repeats by sequence', async () => {
      const { agentId, client } = await enrolled();
      const blocks = [block({ agentId })];
      const answers = await Promise.all(Array.from({ length: 3 }, () => client.sendBlocks('live', blocks)));
      for (const answer of answers) expect(jsonOf<ResultsResponse>(answer).durable).toEqual({ boot: 1, sequence: 1 });
    });

    it('of one lane reach the log in order of arrival', async () => {
      const { agentId, client } = await enrolled();
      const sequences = Array.from({ length: 30 }, (_, at) => at + 1);
      for (const sequence of sequences) {
        expect((await client.sendBlocks('live', [block({ agentId, sequence }, sequence)])).status).toBe(200);
      }
      const found = await logged(0, agentId);
      expect(found.map(({ block: bytes }) => sequenceOf(bytes))).toEqual(sequences);
    });

    it('are rejected when the body is not an upload', async () => {
      const { agentId, client } = await enrolled();
      const headers = { 'content-type': 'application/vnd.icmpmon.blocks' };
      const post = (body: Uint8Array, query = '?lane=live'): Promise<{ status: number; body: Buffer }> =>
        client.sendRequest(`/v1/results${query}`, { method: 'POST', headers, body });
      const torn = await post(Buffer.from([9, 0, 0, 0, 1]));
      expect(torn.status).toBe(400);
      expect(torn.body.toString()).toContain('torn');
      expect((await post(new Uint8Array(0))).status).toBe(400);
      expect((await post(block({ agentId }), '')).status).toBe(400);
      expect((await client.json('/v1/results?lane=live', {})).status).toBe(400);
      expect((await post(Buffer.alloc(UPLOAD_BYTES_MAX + 1))).status).toBe(413);
    });

    it('are deferred while Kafka is unavailable, with the time to wait, and accepted when it is back', async () => {
      const away = await opened({ ...config, kafkaBrokers: ['127.0.0.1:1'] });
      others.push(away);
      const { agentId, client, certificatePem, keyPem } = await enrolled();
      const unlucky = clientOf(certificatePem, keyPem, away.ports.agents);
      const answer = await unlucky.sendBlocks('live', [block({ agentId })]);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect((await client.sendBlocks('live', [block({ agentId })])).status).toBe(200);
      expect(await logged(0, agentId)).toHaveLength(1);
    });

    it('are dated by the database’s clock, regardless of the gateway’s wall clock', async () => {
      const { agentId, client } = await enrolled();
      const trueMs = Date.now();
      vi.useFakeTimers({ toFake: ['Date'], now: trueMs + 50 * 60_000 });
      let answer: Answer;
      try {
        answer = await client.sendBlocks('live', [block({ agentId, sequence: 1 })], {
          'x-icmpmon-sent-at': String(trueMs),
        });
      } finally {
        vi.useRealTimers();
      }
      expect(answer.status).toBe(200);
      expect(Math.abs(Number(answer.headers['x-icmpmon-time']) - trueMs)).toBeLessThan(60_000);
      const envelopes = await logged(0, agentId);
      expect(envelopes).toHaveLength(1);
      expect(Math.abs(envelopes[0].receivedAtMs - trueMs)).toBeLessThan(60_000);
      expect(Math.abs(envelopes[0].clockOffsetMs)).toBeLessThan(60_000);
    });

    it('are deferred when an agent exceeds its rate', async () => {
      const narrow = await opened({ ...config, agentBytesPerSMax: 100 });
      others.push(narrow);
      const { agentId, client } = await enrolled(undefined, narrow.ports.agents);
      const statuses: number[] = [];
      for (let sequence = 1; sequence <= 60; sequence++) {
        statuses.push((await client.sendBlocks('live', [block({ agentId, sequence })])).status);
      }
      expect(statuses[0]).toBe(200);
      expect(statuses).toContain(429);
    });
  });

  describe('policies', () => {
    const policy = { allow: ['10.0.0.0/8'], deny: ['::1'], stopped: false, packetsPerSecond: 500, refusedKeys: [3, 1] };

    it('go to their topic under the agent’s id, at most every two seconds', async () => {
      const { agentId, client } = await enrolled();
      expect((await client.json('/v1/policy', { ...policy, surprise: 1 }, 'PUT')).status).toBe(204);
      expect((await client.json('/v1/policy', policy, 'PUT')).status).toBe(429);
      const log = await messaging.openLog(AGENT_POLICY_TOPIC);
      const reports: ReportedPolicy[] = [];
      for (let partition = 0; partition < log.partitionCount; partition++) {
        await log.followPartition(partition, (await log.logBounds(partition)).low, (records) => {
          reports.push(...records.map(({ value }) => JSON.parse(value.toString()) as ReportedPolicy));
          return Promise.resolve();
        });
      }
      await eventually(() => {
        expect(reports.find((each) => each.agentId === agentId)?.report).toEqual(policy);
      });
      await log.close();
    });

    it('that are invalid are rejected with a pointer per field', async () => {
      const { client } = await enrolled();
      const wrong = { allow: 7, deny: ['-f/etc/passwd'], stopped: 'no', packetsPerSecond: 0, refusedKeys: [0] };
      const answer = await client.json('/v1/policy', wrong, 'PUT');
      expect(answer.status).toBe(400);
      const { errors } = jsonOf<{ errors: { pointer: string }[] }>(answer);
      const pointers = ['#/allow', '#/deny', '#/stopped', '#/packetsPerSecond', '#/refusedKeys'];
      expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    });
  });

  describe('telemetry', () => {
    const telemetry = {
      at: '2026-11-22T10:00:00.000Z',
      agentVersion: '0.1.0',
      startedAt: '2026-11-22T09:00:00.000Z',
      assignmentVersion: 4,
      targets: 8,
      probesPerS: 1.5,
      resultsPerS: 1.5,
      cpuCores: 0.01,
      executorCpuCores: 0.02,
      rssBytes: 70_000_000,
      spoolBlocks: 0,
      spoolBytes: 0,
      spoolOldestS: 0,
      spoolQuarantined: 0,
      droppedResults: 0,
      notSentPerS: 0,
      clockOffsetMs: -3.5,
      policyRefusedTargets: 0,
      executors: [{ type: 'icmp_ping', state: 'ok', detail: '' }],
    };

    it('goes to its topic under the agent’s id, without members that are not in the contract', async () => {
      const { agentId, client } = await enrolled();
      await database.execute(
        `INSERT INTO agent_uncounted_notice (agent_id, reason, results, last_at, written_at)
         VALUES ($1, 'older_boot', 12, now(), now())`,
        [agentId],
      );
      const answer = await client.json('/v1/telemetry', { ...telemetry, surprise: 1 });
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toMatchObject({ uncounted: [{ reason: 'older_boot', results: 12 }] });
      const log = await messaging.openLog('internal.agent-telemetry');
      const reports: ReceivedTelemetry[] = [];
      for (let partition = 0; partition < log.partitionCount; partition++) {
        await log.followPartition(partition, (await log.logBounds(partition)).low, (records) => {
          reports.push(...records.map(({ value }) => JSON.parse(value.toString()) as ReceivedTelemetry));
          return Promise.resolve();
        });
      }
      await eventually(() => {
        const own = reports.find((report) => report.agentId === agentId);
        expect(own?.telemetry).toEqual(telemetry);
        expect(own?.peer).toContain('127.0.0.1');
      });
      await log.close();
    });

    it('that is invalid is rejected with its fields', async () => {
      const { client } = await enrolled();
      const answer = await client.json('/v1/telemetry', { ...telemetry, targets: -1, executors: [{ type: 'x' }] });
      expect(answer.status).toBe(400);
      const { errors } = jsonOf<{ errors: { pointer: string }[] }>(answer);
      expect(errors.map(({ pointer }) => pointer)).toEqual(['#/targets', '#/executors/0']);
    });
  });

  it('stops while an agent waits for assignments', async () => {
    const stopping = await opened(config);
    const { client } = await enrolled(undefined, stopping.ports.agents);
    const waiting = client.sendRequest('/v1/assignments?since=0');
    // Both are open when the second one has been answered.
    expect((await client.json('/v1/certificate', {})).status).toBe(400);
    await stopping.stop();
    expect((await waiting).status).toBe(304);
  });
});

function sequenceOf(bytes: Uint8Array): number {
  const inspected = inspectBlock(bytes);
  if (!inspected.ok) throw new Error(inspected.detail);
  return inspected.header.sequence;
}
