import type { AgentLog } from '../agent-log';
import { createExecutors, type ExecutorsOptions } from '../executors/executors';
import type { PolicyFile } from '../policy/policy-file';
import type { GatewayClient } from '../ship/gateway-client';
import { machineClock } from '../spool/machine-clock';
import { CommandDesk } from './command-desk';
import { CommandJournal } from './command-journal';
import type { CommandRates, CommandTraces } from './command-runner';
import { CommandSync } from './command-sync';

/** Sockets of commands at the same time. */
const SOCKETS_MAX = 64;

export interface AgentCommandsOptions extends Pick<ExecutorsOptions, 'fpingPath' | 'captureDir'> {
  gateway: GatewayClient;
  policy: PolicyFile;
  stateDir: string;
  rates: CommandRates;
  traces: CommandTraces;
  log: AgentLog;
}

/** Commands of an enrolled agent: fetched, run and reported. Its executors are others than those of the schedule, which it does not delay. */
export class AgentCommands {
  private readonly executors: ReturnType<typeof createExecutors>;
  private readonly desk: CommandDesk;
  private readonly sync: CommandSync;

  constructor({ gateway, policy, stateDir, rates, traces, log, ...executors }: AgentCommandsOptions) {
    this.executors = createExecutors({ ...executors, socketsMax: SOCKETS_MAX });
    const journal = CommandJournal.loadJournal(stateDir, log);
    const clock = machineClock();
    this.desk = new CommandDesk({
      ...{ journal, rates, traces, log },
      executors: this.executors,
      policy: () => policy.current,
      onReceived: (report) => this.sync.sendOnce(report),
      onProgress: (report) => this.sync.sendProgress(report),
      onReport: () => this.sync.wakeReporter(),
      steadyMs: () => clock.uptimeMs(),
    });
    this.sync = new CommandSync({ gateway, journal, desk: this.desk, log });
  }

  start(): void {
    this.sync.start();
  }

  async stop(): Promise<void> {
    this.desk.stop();
    await this.sync.stop();
    for (const executor of Object.values(this.executors)) executor.close();
  }
}
