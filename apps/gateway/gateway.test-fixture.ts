import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CertificateAuthority, makeToken } from '@icmp-mon/agents/server';
import type { EnrolResponse } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { testDatabase, testServices, testTopicPrefix, type TestDatabase } from '@icmp-mon/platform/testing';
import { enrolment, jsonOf, makeKeyAndCsr, TestClient, type EnrolledClient } from '@icmp-mon/probing/agent/testing';
import { Gateway } from './gateway';
import type { GatewayConfig } from './gateway-config';

const SHARDS = 2;
const TOKEN_VALID_S = 600;

/** A gateway with its own database, topics and CA, and agents enrolled at it. */
export class GatewayFixture {
  private names = 0;
  private shared: TestClient | undefined;
  private readonly clients: TestClient[] = [];

  private constructor(
    public gateway: Gateway,
    readonly database: ControlDatabase,
    readonly ca: CertificateAuthority,
    readonly messaging: Messaging,
    private readonly config: GatewayConfig,
    private readonly testDb: TestDatabase,
    private readonly caDir: string,
  ) {}

  static async open(options: Partial<GatewayConfig> = {}): Promise<GatewayFixture> {
    const testDb = await testDatabase('control');
    const topicPrefix = testTopicPrefix();
    const { kafkaBrokers } = testServices();
    const messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: SHARDS });
    const caDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
    const config: GatewayConfig = {
      ...{ controlDatabaseUrl: testDb.url, kafkaBrokers, topicPrefix, shardCount: SHARDS, caDir },
      ...{ listenHost: '127.0.0.1', agentPort: 0, enrolPort: 0, opsPort: 0 },
      ...{ publicGatewayUrl: 'https://gateway.example:8443', publicEnrolUrl: 'https://gateway.example:8444' },
      ...{ traceIntervalH: 24, tracePacketsPercent: 1 },
      inFlightBytesMax: 16 * 1024 * 1024,
      agentBytesPerSMax: 64 * 1024 * 1024,
      agentRequestsPerSMax: 1_000,
      agentResultsPerSMin: 5_000,
      connectionsPerAddressMax: 64,
      enrolConnectionsPerAddressMax: 64,
      ...options,
    };
    const gateway = new Gateway(config);
    await gateway.start();
    const ca = await CertificateAuthority.open(caDir);
    const database = new ControlDatabase({ url: testDb.url });
    return new GatewayFixture(gateway, database, ca, messaging, config, testDb, caDir);
  }

  get agentsUrl(): string {
    return `https://127.0.0.1:${this.gateway.ports.agents}`;
  }

  /** Returns a client without a certificate, for the enrolment listener. */
  anonymous(): TestClient {
    return (this.shared ??= this.kept(
      new TestClient(`https://127.0.0.1:${this.gateway.ports.enrol}`, { ca: this.ca.pem }),
    ));
  }

  /** Sends a POST to the enrolment listener from another address of this machine, and returns the response's status. */
  fromAddress(localAddress: string, urlPath: string, body: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        ca: this.ca.pem,
        localAddress,
        headers: { 'content-type': 'application/json' },
      };
      const outgoing = request(`https://127.0.0.1:${this.gateway.ports.enrol}${urlPath}`, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  /** Stops the gateway; the result starts it again, on the same ports if these are set. */
  async stopGateway(): Promise<() => Promise<void>> {
    await this.gateway.stop();
    return async () => {
      this.gateway = new Gateway(this.config);
      await this.gateway.start();
    };
  }

  /** Returns a token for one enrolment. */
  async enrolmentToken(): Promise<string> {
    const { token, id, secretHash } = makeToken();
    await this.database.execute(
      `INSERT INTO enrolment_token (id, secret_hash, region, uses_left, expires_at)
       VALUES ($1, $2, NULL, 1, now() + make_interval(secs => $3))`,
      [id, secretHash, TOKEN_VALID_S],
    );
    return token;
  }

  async enrolled(): Promise<EnrolledClient> {
    const token = await this.enrolmentToken();
    const { keyPem, csrPem } = await makeKeyAndCsr();
    const name = `agent-${this.names++}`;
    const answered = await this.anonymous().json('/v1/enrol', enrolment(name, token, csrPem));
    if (answered.status !== 201)
      throw new Error(`enrolment failed with status ${answered.status}: ${answered.body.toString()}`);
    const answer = jsonOf<EnrolResponse>(answered);
    const tls = { ca: this.ca.pem, cert: answer.certificatePem, key: keyPem };
    return { ...answer, keyPem, client: this.kept(new TestClient(this.agentsUrl, tls)) };
  }

  async readMetric(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.gateway.ports.ops}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name}${labels} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.gateway.stop();
    await this.messaging.close();
    await this.database.close();
    await this.testDb.dropDatabase();
    await rm(this.caDir, { recursive: true });
  }

  private kept(client: TestClient): TestClient {
    this.clients.push(client);
    return client;
  }
}
