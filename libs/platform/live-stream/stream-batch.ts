import type { CommandAgent, CommandAgentChange, CommandChange } from '@icmp-mon/commands/contract';
import type { LiveEvent } from '@icmp-mon/probing/contract';
import type { StatusCounts, TargetView } from '@icmp-mon/targets/contract';

/** The data of a `counts` event. */
export type FleetCounts = StatusCounts & {
  resultsPerS: number;
  agentsConnected: number;
  /** Agents whose reports are not being read; absent from servers of an earlier release. */
  agentsUnknown?: number;
  agentsTotal: number;
};

/** A change of a followed command, with the agents that changed. */
export type CommandUpdate = CommandChange & { agents: CommandAgent[] };

/** Changes received from the stream since the last frame. */
export interface StreamBatch {
  /** Latest row of each changed target. */
  targets: TargetView[];
  /** Ids of removed targets. */
  removed: string[];
  results: LiveEvent[];
  /** Changes of the followed commands, in order. */
  commands: CommandUpdate[];
  /** Windows of maintenance, or the targets in open ones, have changed, or may have: pages read again what they show of them. */
  maintenance: boolean;
  /** Changes may have been missed: pages must read their data again. */
  reset: boolean;
  /** The stream was interrupted and resumed: pages must read again what it does not resume (results), and reads that failed during the interruption. */
  resumed: boolean;
}

const TARGETS_MAX = 2_000;
const RESULTS_MAX = 5_000;
const COMMANDS_MAX = 500;

/**
 * Gathers changes between two frames, the latest of each target. A batch that exceeds its limit (a hidden tab gets no frames) becomes
 * a reset, which is cheaper to process than the changes.
 */
export class BatchGatherer {
  private targets = new Map<string, TargetView>();
  private removed = new Set<string>();
  private results: LiveEvent[] = [];
  private commands: CommandUpdate[] = [];
  /** Agents whose change is not complete yet, by command and agent. */
  private readonly agents = new Map<string, Map<string, CommandAgent>>();
  private maintenance = false;
  private wantsReset = false;
  private resumed = false;

  get empty(): boolean {
    const nothing = this.targets.size === 0 && this.removed.size === 0 && this.results.length === 0;
    return nothing && this.commands.length === 0 && !this.maintenance && !this.wantsReset && !this.resumed;
  }

  addTarget(view: TargetView): void {
    if (this.wantsReset) return;
    this.removed.delete(view.id);
    this.targets.set(view.id, view);
    if (this.targets.size > TARGETS_MAX) this.markReset();
  }

  remove(id: string): void {
    if (this.wantsReset) return;
    this.targets.delete(id);
    this.removed.add(id);
    if (this.removed.size > TARGETS_MAX) this.markReset();
  }

  addResult(event: LiveEvent): void {
    this.results.push(event);
    if (this.results.length > RESULTS_MAX) this.results.splice(0, this.results.length - RESULTS_MAX);
  }

  addCommandAgent({ commandId, agent }: CommandAgentChange): void {
    const agents = this.agents.get(commandId) ?? new Map<string, CommandAgent>();
    this.agents.set(commandId, agents.set(agent.agentId, agent));
  }

  addCommandChange(change: CommandChange): void {
    const agents = [...(this.agents.get(change.command.id)?.values() ?? [])];
    this.agents.delete(change.command.id);
    if (this.wantsReset) return;
    this.commands.push({ ...change, agents });
    if (this.commands.length > COMMANDS_MAX) this.markReset();
  }

  /** Called when a connection was opened, which sends the agents of followed commands again. */
  forgetCommandAgents(): void {
    this.agents.clear();
  }

  markMaintenance(): void {
    this.maintenance = true;
  }

  markReset(): void {
    this.commands = [];
    this.targets.clear();
    this.removed.clear();
    this.wantsReset = true;
  }

  markResumed(): void {
    this.resumed = true;
  }

  takeBatch(): StreamBatch {
    const batch = {
      targets: [...this.targets.values()],
      removed: [...this.removed],
      results: this.results,
      commands: this.commands,
      // Its event has no id, so that it is not repeated after an interruption.
      maintenance: this.maintenance || this.wantsReset || this.resumed,
      reset: this.wantsReset,
      resumed: this.resumed,
    };
    this.targets = new Map();
    this.removed = new Set();
    this.results = [];
    this.commands = [];
    this.maintenance = false;
    this.wantsReset = false;
    this.resumed = false;
    return batch;
  }
}
