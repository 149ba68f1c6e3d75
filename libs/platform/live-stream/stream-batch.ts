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

/** Changes received from the stream since the last frame. */
export interface StreamBatch {
  /** Latest row of each changed target. */
  targets: TargetView[];
  /** Ids of removed targets. */
  removed: string[];
  results: LiveEvent[];
  /** Changes may have been missed: pages must read their data again. */
  reset: boolean;
  /** The stream was interrupted and resumed: pages must read again what it does not resume (results), and reads that failed during the interruption. */
  resumed: boolean;
}

const TARGETS_MAX = 2_000;
const RESULTS_MAX = 5_000;

/**
 * Gathers changes between two frames, the latest of each target. A batch that exceeds its limit (a hidden tab gets no frames) becomes
 * a reset, which is cheaper to process than the changes.
 */
export class BatchGatherer {
  private targets = new Map<string, TargetView>();
  private removed = new Set<string>();
  private results: LiveEvent[] = [];
  private wantsReset = false;
  private resumed = false;

  get empty(): boolean {
    const nothing = this.targets.size === 0 && this.removed.size === 0 && this.results.length === 0;
    return nothing && !this.wantsReset && !this.resumed;
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

  markReset(): void {
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
      reset: this.wantsReset,
      resumed: this.resumed,
    };
    this.targets = new Map();
    this.removed = new Set();
    this.results = [];
    this.wantsReset = false;
    this.resumed = false;
    return batch;
  }
}
