import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOf } from '@icmp-mon/platform/workspace';
import type { FakeGateway } from '@icmp-mon/probing/agent/testing';
import { build } from 'esbuild';

/** The built agent as a process, with its executors, its policy file and its state below a folder. */
export class AgentProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly policyFile: string,
  ) {}

  /** @param prefix command that runs the agent, such as `ip netns exec …` */
  static async start(dir: string, gateway: FakeGateway, policy: string, prefix: string[] = []): Promise<AgentProcess> {
    const bundle = bundleOf('agent');
    const main = path.join(dir, 'main.mjs');
    await build({ ...bundle, outfile: main });
    symlinkSync(path.join(bundle.absWorkingDir, 'node_modules'), path.join(dir, 'node_modules'));
    mkdirSync(path.join(dir, 'state'));
    const policyFile = path.join(dir, 'policy.yaml');
    writeFileSync(policyFile, policy);
    const [command = '', ...args] = [...prefix, process.execPath, main];
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        ICMPMON_AGENT_ENROL_URL: gateway.enrolUrl,
        ICMPMON_AGENT_ENROL_TOKEN: 'right',
        ICMPMON_AGENT_CA_SHA256: gateway.caSha256,
        ICMPMON_AGENT_NAME: 'pop-1',
        ICMPMON_AGENT_STATE_DIR: path.join(dir, 'state'),
        ICMPMON_AGENT_POLICY_FILE: policyFile,
        ICMPMON_LOG_LEVEL: process.env['ICMPMON_LOG_LEVEL'],
        ICMPMON_OPS_PORT: '0',
      },
    });
    return new AgentProcess(child, policyFile);
  }

  changePolicy(policy: string): void {
    writeFileSync(this.policyFile, policy);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
