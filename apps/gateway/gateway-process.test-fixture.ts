import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CertificateAuthority, makeToken } from '@icmp-mon/agents/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import {
  eventually,
  freePort,
  testDatabase,
  testServices,
  testTopicPrefix,
  type TestDatabase,
} from '@icmp-mon/platform/testing';
import { bundleOf } from '@icmp-mon/platform/workspace';
import { TestAgent } from '@icmp-mon/probing/agent/testing';
import { build } from 'esbuild';

const SHARDS = 2;
const KIB_PER_MIB = 1024;
/** As `npm start` starts it. */
const NODE_OPTIONS = ['--max-semi-space-size=16', '--max-old-space-size=384'];

/** A gateway in a process of its own, so that its memory can be measured. */
export class GatewayProcess {
  private constructor(
    readonly database: ControlDatabase,
    private readonly child: ChildProcess,
    private readonly ca: CertificateAuthority,
    private readonly ports: { agents: number; enrol: number },
    private readonly testDb: TestDatabase,
    private readonly folder: string,
  ) {}

  static async open(): Promise<GatewayProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-gateway-'));
    const bundle = bundleOf('gateway');
    await build({ ...bundle, outfile: path.join(folder, 'main.mjs') });
    await symlink(path.join(bundle.absWorkingDir, 'node_modules'), path.join(folder, 'node_modules'));
    const testDb = await testDatabase('control');
    const topicPrefix = testTopicPrefix();
    const { kafkaBrokers } = testServices();
    const messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: SHARDS });
    await messaging.close();
    const ca = await CertificateAuthority.open(path.join(folder, 'ca'));
    const ports = { agents: await freePort(), enrol: await freePort() };
    const child = spawn(process.execPath, [...NODE_OPTIONS, path.join(folder, 'main.mjs')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ICMPMON_CONTROL_DATABASE_URL: testDb.url,
        ICMPMON_KAFKA_BROKERS: kafkaBrokers.join(),
        ICMPMON_TOPIC_PREFIX: topicPrefix,
        ICMPMON_SHARD_COUNT: String(SHARDS),
        ICMPMON_CA_DIR: path.join(folder, 'ca'),
        ICMPMON_AGENT_PORT: String(ports.agents),
        ICMPMON_ENROL_PORT: String(ports.enrol),
        ICMPMON_PUBLIC_GATEWAY_URL: `https://127.0.0.1:${ports.agents}`,
        ICMPMON_PUBLIC_ENROL_URL: `https://127.0.0.1:${ports.enrol}`,
      },
    });
    return new GatewayProcess(new ControlDatabase({ url: testDb.url }), child, ca, ports, testDb, folder);
  }

  get agentsUrl(): string {
    return `https://127.0.0.1:${this.ports.agents}`;
  }

  async enrolAgents(count: number): Promise<TestAgent[]> {
    const { token, id, secretHash } = makeToken();
    await this.database.execute(
      `INSERT INTO enrolment_token (id, secret_hash, region, uses_left, expires_at)
       VALUES ($1, $2, NULL, $3, now() + interval '10 minutes')`,
      [id, secretHash, count],
    );
    const enrolUrl = `https://127.0.0.1:${this.ports.enrol}`;
    const place = { enrolUrl, caPem: this.ca.pem, token, region: 'eu', provider: 'test' };
    const agents: TestAgent[] = [];
    while (agents.length < count) {
      const name = `agent-${agents.length}`;
      agents.push(await eventually(() => TestAgent.enrolAgent({ ...place, name })));
    }
    return agents;
  }

  /** Returns the resident memory of the process in MiB: now, and the highest so far. */
  residentMib(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const of = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / KIB_PER_MIB;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
    await this.database.close();
    await this.testDb.dropDatabase();
    await rm(this.folder, { recursive: true });
  }
}
