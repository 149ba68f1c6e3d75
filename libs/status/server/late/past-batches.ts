import type { PastResults } from '@icmp-mon/probing/contract';
import { BLOCK_RESULTS_MAX, LANE } from '@icmp-mon/probing/wire';
import type { ResultBatch, ShardDirectory } from '@icmp-mon/shard/engine';

/** Stored results of one target as batches like those of blocks. */
export class PastBatches {
  /** Reused for the next batch. */
  readonly batch = emptyBatch();

  constructor(
    private readonly targetKey: number,
    private readonly results: PastResults,
  ) {}

  /** Fills the batch with results of one agent, from a row on and before a time. Returns the row after them. */
  fillBatch(directory: ShardDirectory, first: number, untilMs: number): number {
    const { batch, results } = this;
    const agent = directory.agents.get(results.agentIds[results.agent[first]]);
    batch.count = batch.late = 0;
    batch.details.clear();
    let at = first;
    do {
      if (agent) this.addResult(directory, agent, at);
      at++;
    } while (
      at < results.count &&
      batch.count < BLOCK_RESULTS_MAX &&
      results.agent[at] === results.agent[first] &&
      results.sampleMs[at] < untilMs
    );
    if (agent) batch.agent = agent;
    batch.receivedAtMs = results.sampleMs[at - 1];
    return at;
  }

  /** Adds a result if its agent was selected for the target then. */
  private addResult(directory: ShardDirectory, agent: ResultBatch['agent'], from: number): void {
    const { batch, results } = this;
    const pair = directory.findPair(agent.index, this.targetKey, results.check[from]);
    if (!pair) return;
    const at = batch.count++;
    batch.target[at] = pair.target;
    batch.policy[at] = pair.policy;
    batch.pairSlot[at] = pair.slot;
    batch.check[at] = pair.check;
    batch.sampleMs[at] = results.sampleMs[from];
    batch.outcome[at] = results.outcome[from];
    batch.rttUs[at] = results.rttUs[from];
    const detail = results.details.get(from);
    if (detail !== undefined) batch.details.set(at, detail);
  }
}

function emptyBatch(): ResultBatch {
  const agent: ResultBatch['agent'] = { agentId: '', name: '', region: '', provider: '', state: 'active', index: 0 };
  return {
    ...{ count: 0, agent, lane: LANE.live, receivedAtMs: 0, late: 0, target: [], policy: [], details: new Map() },
    pairSlot: new Int32Array(BLOCK_RESULTS_MAX),
    check: new Uint16Array(BLOCK_RESULTS_MAX),
    sampleMs: new Float64Array(BLOCK_RESULTS_MAX),
    outcome: new Uint8Array(BLOCK_RESULTS_MAX),
    rttUs: new Uint32Array(BLOCK_RESULTS_MAX),
  };
}
