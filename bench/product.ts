import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import type { CpuMeter } from './process-cpu';

export type AppName = 'gateway' | 'api' | 'projector' | 'worker' | 'agent';

export interface ProductOptions {
  apps: AppName[];
  /** Further settings of the apps. */
  environment?: Record<string, string>;
  /** Policy file of the local agent; the one of `npm start` unless set. */
  agentPolicy?: string;
  /** Runs after the migrations and before the apps start. */
  afterMigrations?(product: { topicPrefix: string; shardCount: number }): Promise<void>;
}

interface Ready {
  kafkaBrokers: string;
  controlDatabaseUrl: string;
  telemetryDatabaseUrl: string;
  redisUrl: string;
  apiUrl: string;
  apiKey: string;
  gatewayUrl: string;
  enrolUrl: string;
  enrolmentToken: string;
  caDir: string;
  opsUrls: Record<string, string>;
}

type Told =
  | { kind: 'migrated' }
  | { kind: 'ready'; product: Ready }
  | { kind: 'failed'; reason: string }
  | { kind: 'said'; line: string }
  | { kind: 'pids'; pids: Record<string, number> };

const STOP_WITHIN_MS = 60_000;

/** A product whose apps run as shipped, on the bench's services. */
export class BenchProduct {
  private constructor(
    readonly stateDir: string,
    readonly topicPrefix: string,
    readonly shardCount: number,
    readonly access: Ready,
    private readonly child: ChildProcess,
    private readonly pidsOf: () => Record<string, number>,
  ) {}

  static async start(dir: string, cpu: CpuMeter, options: ProductOptions): Promise<BenchProduct> {
    const { kafkaBrokers, databaseUrl, redisUrl } = testServices();
    const topicPrefix = testTopicPrefix();
    const id = randomBytes(4).toString('hex');
    const stateDir = path.join(dir, `product-${id}`);
    mkdirSync(stateDir, { recursive: true });
    if (options.agentPolicy !== undefined) {
      mkdirSync(path.join(stateDir, 'agent'), { recursive: true, mode: 0o700 });
      writeAgentPolicy(stateDir, options.agentPolicy);
    }
    const urlOf = (kind: string): string =>
      Object.assign(new URL(databaseUrl), { pathname: `icmpmon_test_${kind}_${id}` }).href;
    const urls = { controlDatabaseUrl: urlOf('control'), telemetryDatabaseUrl: urlOf('telemetry') };
    const environment = {
      ...process.env,
      ICMPMON_LOG_LEVEL: 'info',
      ICMPMON_STARTER_TARGETS: '127.0.0.1',
      ...options.environment,
      ICMPMON_STATE_DIR: stateDir,
      ICMPMON_KAFKA_BROKERS: kafkaBrokers.join(','),
      ICMPMON_CONTROL_DATABASE_URL: urls.controlDatabaseUrl,
      ICMPMON_TELEMETRY_DATABASE_URL: urls.telemetryDatabaseUrl,
      ICMPMON_REDIS_URL: redisUrl,
      ICMPMON_TOPIC_PREFIX: topicPrefix,
      ICMPMON_API_PORT: '0',
      ICMPMON_AGENT_PORT: '0',
      ICMPMON_ENROL_PORT: '0',
    };
    const shardCount = Number(environment['ICMPMON_SHARD_COUNT' as keyof typeof environment] ?? 8);
    const script = path.resolve('infra/bench/product.mjs');
    const child = fork(script, [JSON.stringify({ dir: stateDir, apps: options.apps })], {
      env: environment,
      execArgv: [],
    });
    let pids: Record<string, number> = {};
    const access = await new Promise<Ready>((resolve, reject) => {
      const told = async (message: Told): Promise<void> => {
        if (message.kind === 'pids') {
          pids = message.pids;
          for (const [name, pid] of Object.entries(pids)) cpu.register(name, pid);
        } else if (message.kind === 'migrated') {
          await options.afterMigrations?.({ topicPrefix, shardCount });
          child.send('go');
        } else if (message.kind === 'ready') resolve(message.product);
        else if (message.kind === 'said') process.stdout.write(`product: ${message.line}\n`);
        else reject(new Error(`The product did not start: ${message.reason}`));
      };
      child.on('message', (message) => void told(message as Told).catch(reject));
      child.once('exit', (code) => reject(new Error(`The product's supervisor exited with ${code}.`)));
    });
    return new BenchProduct(stateDir, topicPrefix, shardCount, access, child, () => pids);
  }

  /** Returns pids by app name; the supervisor restarts an app that exits. */
  pidsByApp(): Record<string, number> {
    return this.pidsOf();
  }

  /** Writes the local agent's policy file; the agent reads it within two seconds. */
  setAgentPolicy(policy: string): void {
    writeAgentPolicy(this.stateDir, policy);
  }

  /** Returns the JSON of the API's response. @throws Error with the problem details when the request failed */
  async callApi<T>(method: string, place: string, body?: object): Promise<T> {
    const response = await fetch(`${this.access.apiUrl}/api/v1/${place}`, {
      method,
      headers: {
        authorization: `Bearer ${this.access.apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${place} returned ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Stops everything. Safe to repeat. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(late);
  }
}

function writeAgentPolicy(stateDir: string, policy: string): void {
  writeFileSync(path.join(stateDir, 'agent/policy.yaml'), policy, { mode: 0o600 });
}
