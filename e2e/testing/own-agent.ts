import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { distDir } from '@icmp-mon/infra/testing';
import type { RunningProduct } from './running-product';
import { plainEnvironment } from './state-folders';

const AGENT_FILE = 'agent.json';

/** A further agent of a running product: a process of the built app, with its own state folder below that of the product. */
export class OwnAgent {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly dir: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** @param environment settings that differ, such as ICMPMON_AGENT_FPING_PATH */
  static async start(
    product: RunningProduct,
    name: string,
    environment: Record<string, string> = {},
  ): Promise<OwnAgent> {
    const request = { agentName: name, validForS: 3_600 };
    const { token, enrolUrl } = await product.callApi<Record<'token' | 'enrolUrl', string>>(
      'POST',
      'enrolment-tokens',
      request,
    );
    const dir = path.join(product.dir, `agent-${name}`);
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow:\n  - 127.0.0.0/8\n');
    const agent = new OwnAgent(dir, {
      ...plainEnvironment(),
      ICMPMON_AGENT_ENROL_URL: enrolUrl,
      ICMPMON_AGENT_ENROL_TOKEN: token,
      ICMPMON_AGENT_CA_FILE: path.join(product.dir, 'ca/ca.crt'),
      ICMPMON_AGENT_NAME: name,
      ICMPMON_AGENT_STATE_DIR: dir,
      ICMPMON_AGENT_POLICY_FILE: path.join(dir, 'policy.yaml'),
      ICMPMON_OPS_PORT: '0',
      ...environment,
    });
    agent.startProcess();
    return agent;
  }

  startProcess(): void {
    const log = openSync(path.join(this.dir, 'agent.log'), 'a');
    const main = path.join(distDir, 'apps/agent/main.js');
    this.child = spawn(process.execPath, [main], { env: this.environment, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  get gatewayUrl(): string {
    return this.stored.gatewayUrl;
  }

  /** Restarts it with another address of the gateway. */
  async useGateway(gatewayUrl: string): Promise<void> {
    await this.stop();
    writeFileSync(path.join(this.dir, AGENT_FILE), JSON.stringify({ ...this.stored, gatewayUrl }));
    this.startProcess();
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  private get stored(): { gatewayUrl: string } {
    return JSON.parse(readFileSync(path.join(this.dir, AGENT_FILE), 'utf8')) as { gatewayUrl: string };
  }
}
