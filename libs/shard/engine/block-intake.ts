import { type UncountedReason } from '@icmp-mon/probing/contract';
import {
  allocateColumns,
  BLOCK_RESULTS_MAX,
  decodeInspected,
  inspectBlock,
  LANE,
  type BlockEnvelope,
  type DecodedBlock,
  type Refused,
} from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import type { ShardDirectory } from './directory';
import type { FoldCounters } from './fold-counters';
import type { FoldTime } from './fold-time';
import { type LaneEntry, LaneSequences } from './lane-sequences';
import { NO_PAIR, type ResultBatch } from './participant';

/** Oldest age at receipt of a sample that is kept, in ms. Older samples are counted and dropped: no window is stored for them. */
const SAMPLE_AGE_MS_MAX = 30 * 86_400_000;
/** How far after its receipt a result may be dated without being reported, in ms: clocks differ a little. */
const NEWER_MS_MAX = 1_000;
/** Clock offset of an agent from which on its results are reported as corrected, in ms. */
const CLOCK_OFF_MS_MAX = 5_000;

/** Number of results that do not count, or not as the agent intended, by reason. */
type Uncounted = Partial<Record<UncountedReason, number>>;

/** The part of a block that counts, in `BlockIntake.batch`, and the rest by reason. */
interface TakenBlock {
  agentId: string;
  uncounted: Uncounted;
}

/**
 * Decides which results of a shard's blocks count.
 *
 *     block ── header ──▶ lane sequences ── new ──▶ agent has targets here? ── yes ──▶ decode ──▶ assigned, or former? ──▶ batch
 *                              │                        │ no                                          │ no
 *                              └── repeated, older boot └── not assigned                              └── not assigned, too old
 *
 * Invariants: a block counts once; dropped results are counted by reason; one batch is reused for all blocks, so that a result costs no
 * object.
 */
export class BlockIntake {
  /** The results of the latest block that count. Reused for the next block. */
  readonly batch = allocateBatch();
  private readonly lanes = new LaneSequences();
  private readonly columns = allocateColumns(BLOCK_RESULTS_MAX);

  constructor(
    private readonly directory: ShardDirectory,
    private readonly time: FoldTime,
    private readonly counters: FoldCounters,
    private readonly onRefused: (refused: Refused) => void,
  ) {}

  /** Fills the batch with the results that count, possibly none. Returns the others by reason; null for an invalid block. */
  takeBlock(envelope: BlockEnvelope): TakenBlock | null {
    const { batch, counters, time } = this;
    counters.blocks++;
    batch.count = batch.late = 0;
    batch.details.clear();
    const inspected = inspectBlock(envelope.block);
    if (!inspected.ok) return this.reportRefused(inspected);
    // Repeated blocks, and blocks of agents without targets here, are recognised by their header and not decompressed.
    const { agentId, lane, boot, sequence, count } = inspected.header;
    const receivedAtMs = time.receivedAtMs(envelope.receivedAtMs);
    const placement = this.lanes.placeBlock(`${agentId}/${lane}`, boot, sequence, time.clock.ageMs, receivedAtMs);
    if (placement !== 'new') {
      counters[placement === 'repeated' ? 'repeatedBlocks' : 'olderBootBlocks']++;
      return { agentId, uncounted: { [placement]: count } };
    }
    time.noteReceipt(envelope.receivedAtMs);
    if (!this.directory.isConcerned(agentId, time.clock.atMs)) {
      counters.unassignedResults += count;
      return { agentId, uncounted: { not_assigned: count } };
    }
    const decoded = decodeInspected(inspected, decompressBounded, this.columns);
    if (!decoded.ok) return this.reportRefused(decoded);
    const uncounted = this.fillBatch(decoded, receivedAtMs, envelope.clockOffsetMs);
    counters.results += batch.count;
    return { agentId, uncounted };
  }

  private reportRefused(refused: Refused): null {
    this.counters.refusedBlocks++;
    this.onRefused(refused);
    return null;
  }

  /** Fills the batch with the results that count. Returns the number of the other results, by reason. */
  private fillBatch({ header, columns }: DecodedBlock, receivedAtMs: number, clockOffsetMs: number): Uncounted {
    const { batch, directory } = this;
    const agent = directory.agents.get(header.agentId);
    if (!agent) {
      this.counters.unassignedResults += columns.count;
      return { not_assigned: columns.count };
    }
    batch.agent = agent;
    batch.lane = header.lane;
    batch.receivedAtMs = receivedAtMs;
    const [before, tooOldBefore] = [this.counters.unassignedResults, this.counters.tooOldResults];
    let tooNew = 0;
    const hasDetails = columns.details.size > 0;
    for (let row = 0; row < columns.count; row++) {
      const [key, check] = [columns.targetKey[row]!, columns.check[row]!];
      const pair = directory.findPair(agent.index, key, check);
      const former = pair ? undefined : directory.findFormer(header.agentId, key, check, this.time.clock.atMs);
      const target = pair?.target ?? former;
      const policy = pair?.policy ?? former?.policy;
      if (!target || !policy) {
        this.counters.unassignedResults++;
        continue;
      }
      const datedMs = columns.baseTimeMs + columns.timeOffsetMs[row]! - clockOffsetMs;
      const sampleMs = Math.min(datedMs, receivedAtMs);
      if (receivedAtMs - sampleMs > SAMPLE_AGE_MS_MAX) {
        this.counters.tooOldResults++;
        continue;
      }
      if (datedMs - receivedAtMs > NEWER_MS_MAX) tooNew++;
      const at = batch.count++;
      batch.target[at] = target;
      batch.policy[at] = policy;
      batch.pairSlot[at] = pair?.slot ?? NO_PAIR;
      batch.check[at] = check;
      batch.sampleMs[at] = sampleMs;
      batch.outcome[at] = columns.outcome[row]!;
      batch.rttUs[at] = columns.rttUs[row]!;
      const detail = hasDetails ? columns.details.get(row) : undefined;
      if (detail !== undefined) batch.details.set(at, detail);
    }
    this.counters.tooNewResults += tooNew;
    return {
      not_assigned: this.counters.unassignedResults - before,
      too_old: this.counters.tooOldResults - tooOldBefore,
      too_new: tooNew,
      clock_corrected: Math.abs(clockOffsetMs) > CLOCK_OFF_MS_MAX ? batch.count - tooNew : 0,
    };
  }

  /** Returns the lanes' positions in canonical order. */
  laneEntries(): LaneEntry[] {
    return this.lanes.entries();
  }

  restoreLanes(entries: readonly LaneEntry[]): void {
    this.lanes.restore(entries, this.time.clock.ageMs);
  }
}

function allocateBatch(): ResultBatch {
  return {
    count: 0,
    agent: { agentId: '', name: '', region: '', provider: '', state: 'active', index: 0 },
    lane: LANE.live,
    receivedAtMs: 0,
    late: 0,
    target: [],
    policy: [],
    pairSlot: new Int32Array(BLOCK_RESULTS_MAX),
    check: new Uint16Array(BLOCK_RESULTS_MAX),
    sampleMs: new Float64Array(BLOCK_RESULTS_MAX),
    outcome: new Uint8Array(BLOCK_RESULTS_MAX),
    rttUs: new Uint32Array(BLOCK_RESULTS_MAX),
    details: new Map(),
  };
}
