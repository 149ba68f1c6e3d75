import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { KafkaSasl } from '@icmp-mon/platform/messaging';
import { eventually } from '@icmp-mon/platform/testing';
import type pg from 'pg';
import { distDir, rootDir, readJson, goneWithin, identify, readState } from '@icmp-mon/infra/testing';
import { givenServices, query } from './given-services';
import { createStateFolder, endAbandoned, keepLogs, npmStop, plainEnvironment } from './state-folders';

export interface Access {
  portalUrl: string;
  apiUrl: string;
  gatewayUrl: string;
  enrolUrl: string;
  apiKey: string;
  adminUser: string;
  adminPassword: string;
  kafkaBrokers: string;
  kafkaSasl?: KafkaSasl;
  controlDatabaseUrl: string;
  telemetryDatabaseUrl: string;
  processes: Record<string, { pid: number; opsUrl?: string }>;
}

export interface ProductOptions {
  /** Name of its state folder and of its log folder in artefacts/. */
  name: string;
  /** `given`: its own databases and topics on the tests' services; `own`: services that it starts itself. */
  services: 'given' | 'own';
  environment?: Record<string, string>;
  /** Runs when the folder exists and nothing runs in it. */
  prepare?: (dir: string) => void;
  /** Runs when everything has stopped and before the folder is removed. */
  ended?: () => void;
  /** Runs when the ports are known, before the product is ready. */
  portsChosen?: (ports: Record<string, number>) => void;
}

const START_WITHIN_MS = 240_000;
const STOP_WITHIN_MS = 120_000;
const REQUEST_WITHIN_MS = 15_000;

/** A whole product, started by `npm start`'s own script on free ports, with previously built apps. */
export class RunningProduct {
  private constructor(
    readonly dir: string,
    private readonly options: ProductOptions,
    private readonly child: ChildProcess,
    private readonly environment: Record<string, string>,
    private readonly removeGiven: (() => Promise<void>) | undefined,
  ) {}

  /** Resolves when the product is ready. @throws Error with the last lines of `npm start`'s output when it does not become ready */
  static async start(options: ProductOptions): Promise<RunningProduct> {
    await endAbandoned();
    const dir = createStateFolder(options.name);
    const given = options.services === 'given' ? givenServices() : undefined;
    const environment = {
      ...plainEnvironment(),
      ...given?.environment,
      ICMPMON_STATE_DIR: dir,
      ICMPMON_DIST_DIR: distDir,
      ICMPMON_API_PORT: '0',
      ICMPMON_AGENT_PORT: '0',
      ICMPMON_ENROL_PORT: '0',
      ...options.environment,
    };
    options.prepare?.(dir);
    const log = openSync(path.join(dir, 'start.log'), 'a');
    // Not detached: a signal to the test runner's process group also ends the product.
    const child = spawn(process.execPath, [path.join(rootDir, 'infra/start.mjs')], {
      cwd: rootDir,
      env: environment,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const product = new RunningProduct(dir, options, child, environment, given?.remove);
    try {
      await product.becomesReady();
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  get access(): Access {
    return readJson(path.join(this.dir, 'access.json'));
  }

  get topicPrefix(): string {
    return this.environment['ICMPMON_TOPIC_PREFIX'] ?? 'icmpmon';
  }

  get supervisorPid(): number {
    return readState(path.join(this.dir, 'supervisor.json')).supervisor.pid;
  }

  /** Returns the JSON response of `/api/v1/<place>`. @throws Error with the problem details when the request failed */
  async callApi<T>(method: string, place: string, body?: object): Promise<T> {
    const response = await this.request(method, place, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${place} returned ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  request(method: string, place: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const { apiUrl, apiKey } = this.access;
    return fetch(`${apiUrl}/api/v1/${place}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_WITHIN_MS),
    });
  }

  /** Returns the sum of an app's metric over its labels; 0 while it has no value. */
  async readMetric(app: string, name: string): Promise<number> {
    const response = await fetch(`${this.access.processes[app]?.opsUrl}/metrics`, {
      signal: AbortSignal.timeout(REQUEST_WITHIN_MS),
    });
    const text = await response.text();
    if (!text.includes(`# TYPE ${name} `)) throw new Error(`${app} has no metric ${name}`);
    const lines = text.split('\n').filter((line) => line.split(/[ {]/)[0] === name);
    return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Returns the names of the apps that are not ready. */
  async notReady(): Promise<string[]> {
    const apps = Object.entries(this.access.processes).filter(([, { opsUrl }]) => opsUrl !== undefined);
    const answers = await Promise.all(
      apps.map(async ([name, { opsUrl }]) => [name, await isReady(`${opsUrl}/readyz`)]),
    );
    return answers.filter(([, ready]) => !ready).map(([name]) => String(name));
  }

  queryTelemetry<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return query<Row>(this.access.telemetryDatabaseUrl, sql, values);
  }

  /** Stops everything, copies its logs to artefacts/, and removes its data. Safe to repeat. */
  async stop(): Promise<void> {
    const identity = this.child.pid === undefined ? undefined : identify(this.child.pid);
    this.child.kill('SIGTERM');
    if (identity && !(await goneWithin(identity, STOP_WITHIN_MS))) this.child.kill('SIGKILL');
    await npmStop(this.environment);
    keepLogs(this.dir, path.join(rootDir, 'artefacts', this.options.name, 'logs'));
    await this.removeGiven?.();
    this.options.ended?.();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async becomesReady(): Promise<void> {
    const startLog = path.join(this.dir, 'start.log');
    let ended = false;
    let portsTold = this.options.portsChosen === undefined;
    this.child.once('exit', () => (ended = true));
    this.child.once('error', () => (ended = true));
    await eventually(
      () => {
        const ports: Record<string, number> | undefined = portsTold
          ? undefined
          : readJson(path.join(this.dir, 'ports.json'));
        if (ports?.['agents']) {
          portsTold = true;
          this.options.portsChosen?.(ports);
        }
        const state = readState(path.join(this.dir, 'supervisor.json'));
        if (!ended && !(state?.running && state.state === 'ready')) throw new Error(`not ready: ${tail(startLog)}`);
      },
      { withinMs: START_WITHIN_MS },
    );
    if (ended) throw new Error(`npm start exited: ${tail(startLog)}`);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_WITHIN_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not listening: not ready, in either case.
    return false;
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-20).join('\n');
}
