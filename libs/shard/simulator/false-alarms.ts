import { encodeConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { encodeBody, encodeThresholdsRecord, LANE, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { ShardFold } from '@icmp-mon/shard/engine';
import { AGENT_IDS, policyFact, seeded, ShardRecords, START_MS, targetFact } from '@icmp-mon/shard/engine/testing';
import { StatusParticipant } from '@icmp-mon/status/server';
import { immediateRows, type SimulatedRows, SimulatedTables } from './simulated-tables';

const INTERVAL_MS = 15_000;
const CONFIRMING_PROBES = 3;
const CONFIRMING_GAP_MS = 500;
const MEDIAN_US = 20_000;
/** Share of packets that are lost. */
const LOSS = 0.01;

export interface FalseAlarmOptions {
  seed: number;
  targets: number;
  rounds: number;
  /** Number of agents that probe each target, 1 to 3; the quorum is 2, or 1 of one agent. */
  agents: number;
  /** Mean number of packets in a row that are lost, by a Gilbert model; 0: losses are independent. */
  meanRun: number;
}

/** Numbers of changes to each status of targets that never failed. */
export interface FalseAlarms {
  down: number;
  degraded: number;
}

/**
 * Counts how often targets that only lose 1 % of their packets are called down or degraded, by the fold and the status participant of the
 * product. Agents confirm a first miss as real ones do. All thresholds are known: their loss bound is that of a day of such losses.
 */
export async function countFalseAlarms(options: FalseAlarmOptions): Promise<FalseAlarms> {
  return new LossSimulation(options).countAlarms();
}

class LossSimulation {
  private readonly random: () => number;
  private readonly tables = new SimulatedTables();
  private readonly fold: ShardFold<SimulatedRows>;
  private readonly log = new ShardRecords();
  private readonly builder = new ResultColumnsBuilder();
  private readonly agentIds: string[];
  /** By agent and target: whether its packets are in a run of losses, and whether its last vote was a miss. */
  private readonly isLosing: Uint8Array;
  private readonly wasMissed: Uint8Array;
  private readonly alarms: FalseAlarms = { down: 0, degraded: 0 };
  private offset = 0;

  constructor(private readonly options: FalseAlarmOptions) {
    this.random = seeded(options.seed);
    this.agentIds = AGENT_IDS.slice(0, options.agents);
    this.isLosing = new Uint8Array(options.agents * options.targets);
    this.wasMissed = new Uint8Array(options.agents * options.targets);
    const status = new StatusParticipant<SimulatedRows>(0, () => this.fold.directory, this.tables.status);
    this.fold = new ShardFold<SimulatedRows>(0, [status]);
  }

  async countAlarms(): Promise<FalseAlarms> {
    this.tellFacts();
    for (let round = 0; round < this.options.rounds; round++) {
      await this.simulateRound(START_MS + round * INTERVAL_MS);
    }
    return this.alarms;
  }

  private tellFacts(): void {
    const quorum = Math.min(2, this.options.agents);
    this.applyRecord(this.log.factRecord({ ...policyFact('standard', INTERVAL_MS), quorum }));
    for (const [at, agentId] of this.agentIds.entries()) {
      const agent = { agentId, name: `agent-${at}`, region: `r${at}`, provider: `p${at}` };
      this.applyRecord(this.log.factRecord({ kind: 'agent', ...agent, state: 'active' }));
    }
    for (let key = 0; key < this.options.targets; key++) {
      this.applyRecord(this.log.factRecord(targetFact(key, 'standard', this.agentIds)));
    }
    const normal = {
      ...{ check: 1, medianUs: MEDIAN_US, spreadUs: MEDIAN_US / 20, lossFloorPpm: 13_000, samples: 5_760, flags: 0 },
      meanRunCenti: Math.max(101, this.options.meanRun * 100),
    };
    const rows = this.agentIds.flatMap((agentId) =>
      Array.from({ length: this.options.targets }, (_, targetKey) => ({ ...normal, agentId, targetKey })),
    );
    this.applyRecord(encodeThresholdsRecord({ run: 1, part: 0, parts: 1 }, rows));
  }

  /** All agents probe at the same time, and confirm together: the worst case for a quorum. */
  private async simulateRound(atMs: number): Promise<void> {
    for (let tick = 0; tick < 3; tick++) this.applyRecord(this.log.tickRecord(atMs + tick * 5_000));
    const suspects = this.agentIds.map((_, agent) => this.probeAll(agent, atMs + 10_000));
    for (let probe = 1; probe <= CONFIRMING_PROBES; probe++) {
      for (const [agent, slots] of suspects.entries())
        this.confirmMisses(agent, slots, atMs + 10_000 + probe * CONFIRMING_GAP_MS);
    }
    for (const participant of this.fold.participants)
      await participant.takePendingWrite(true)?.writeRows(immediateRows);
    for (const { to_status } of this.tables.changes.splice(0)) {
      if (to_status === 'down' || to_status === 'degraded') this.alarms[to_status]++;
    }
  }

  /** Sends one packet to each target. Returns the targets with a first miss. */
  private probeAll(agent: number, sampleMs: number): number[] {
    const suspects: number[] = [];
    this.builder.clear();
    for (let key = 0; key < this.options.targets; key++) {
      const wasMissed = this.wasMissed[agent * this.options.targets + key] === 1;
      if (this.probeTarget(agent, key, sampleMs, false) && !wasMissed) suspects.push(key);
    }
    this.shipResults(agent, sampleMs);
    return suspects;
  }

  private confirmMisses(agent: number, keys: readonly number[], sampleMs: number): void {
    if (keys.length === 0) return;
    this.builder.clear();
    for (const key of keys) this.probeTarget(agent, key, sampleMs, true);
    this.shipResults(agent, sampleMs);
  }

  /** Adds the result of one packet. Returns whether it was lost. */
  private probeTarget(agent: number, key: number, sampleMs: number, confirms: boolean): boolean {
    const { random } = this;
    const at = agent * this.options.targets + key;
    const isLost = this.losesNext(at);
    this.wasMissed[at] = isLost ? 1 : 0;
    const rttUs = MEDIAN_US + Math.floor((random() + random() - 1) * 2_000);
    const outcome = isLost ? OUTCOME.timeout : OUTCOME.reply;
    this.builder.addResult(key, 1, sampleMs, outcome, isLost ? 0 : rttUs, confirms ? encodeConfirming() : undefined);
    return isLost;
  }

  private losesNext(at: number): boolean {
    const { meanRun } = this.options;
    if (meanRun === 0) return this.random() < LOSS;
    const ends = 1 / meanRun;
    const begins = (LOSS / (1 - LOSS)) * ends;
    this.isLosing[at] = this.isLosing[at] === 1 ? (this.random() < ends ? 0 : 1) : this.random() < begins ? 1 : 0;
    return this.isLosing[at] === 1;
  }

  private shipResults(agent: number, sampleMs: number): void {
    const body = encodeBody(this.builder.buildColumns(), compress);
    const shipment = { agentId: this.agentIds[agent], lane: LANE.live, shard: 0, body, receivedAtMs: sampleMs + 1_000 };
    this.applyRecord(this.log.blocksRecord([this.log.block(shipment)]));
  }

  private applyRecord(record: Uint8Array): void {
    this.fold.applyRecord(this.offset++, record, () => -1);
  }
}
