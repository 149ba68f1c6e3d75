import { AGENT_CONDITIONS, type AgentCondition, type FeedFact } from '@icmp-mon/probing/contract';
import {
  encodeBlocksRecord,
  encodeFeedRecord,
  encodeTickRecord,
  LANE,
  type BlockEnvelope,
  type Lane,
} from '@icmp-mon/probing/wire';
import { ReceiptTimes } from '@icmp-mon/shard/engine';
import { AGENT_IDS, seeded, targetIdOf } from '@icmp-mon/shard/engine/testing';
import { areIndependent, blocksOf } from './log-blocks';
import { garbageAfter, thresholdsRecord } from './log-records';
import { CLOSED, PING, probe, probeClosed, SimulatedAgent, type SimulatedBlock } from './simulated-agent';
import { AGENTS, isAgentFault, isLogFault, type AgentFault, type LogFault, type Plan } from './plan';

export const INTERVAL_MS = 5_000;
const SLOT_MS = 2_500;
const START_MS = Date.UTC(2026, 0, 1, 0, 4, 10);
/** Seconds after the end of the plan in which the agents empty their spools. */
const DRAIN_S = 4;
/** Distance of target keys within a shard: the shard is the remainder by the number of shards. */
const KEYS_APART = 8;

export interface SimulatedLog {
  /** As in the broker: with repeats, ticks of a former leader, and invalid records. */
  records: Uint8Array[];
  /** Second of the plan in which each record arrived. */
  seconds: number[];
  /** The same without everything that must make no difference: each record once, in the order of its first appearance. */
  clean: Uint8Array[];
  /** Samples that must be stored, each once, as `key/check/agent/ms/outcome/rtt`, sorted. */
  samples: string[];
  /** Whether blocks were swapped: then the numbers of status changes may differ, and nothing else. */
  swapped: boolean;
}

interface Upload {
  blocks: SimulatedBlock[];
  clockOffsetMs: number;
}

/** Simulates agents, gateway, feed and tick producer of one shard in virtual time. Returns the log that the plan leads to. */
export function simulateLog(plan: Plan, shard: number): SimulatedLog {
  return new LogSimulation(plan, shard).simulateLog();
}

class LogSimulation {
  private readonly random: () => number;
  private readonly records: Uint8Array[] = [];
  private readonly seconds: number[] = [];
  private readonly clean: Uint8Array[] = [];
  private readonly samples = new Map<string, number>();
  private readonly seen = new Set<string>();
  private readonly agents: SimulatedAgent[];
  private readonly assigned = new Map<number, string[]>();
  /** By target: agents whose results are kept, because they were selected at some time since the target was added. */
  private readonly kept = new Map<number, Set<string>>();
  private readonly facts: Uint8Array[] = [];
  private readonly down = new Set<number>();
  /** Targets whose closed port is open. */
  private readonly open = new Set<number>();
  private readonly late: { at: number; upload: Upload }[] = [];
  private readonly changeSeconds: Set<number>;
  private policyVersion = 0;
  private clockAheadMs = 0;
  private tickEpoch = 1;
  private ticksFrom = 0;
  private zombieUntil = -1;
  private lastTickMs = 0;
  private readonly receipts = new ReceiptTimes();
  private swapped = false;
  private readonly thresholdDice: () => number;
  private readonly thresholds: Uint8Array[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly shard: number,
  ) {
    const random = seeded(plan.seed * 31 + shard);
    this.random = random;
    this.thresholdDice = seeded(plan.seed * 31 + shard + 0x5eed);
    this.agents = AGENT_IDS.slice(0, AGENTS).map((agentId, at) => new SimulatedAgent(at, agentId, shard));
    const changes = Array.from({ length: plan.inventoryChanges }, () => Math.floor(random() * plan.seconds));
    this.changeSeconds = new Set(changes);
  }

  simulateLog(): SimulatedLog {
    this.tellInventory();
    for (let second = 0; second < this.plan.seconds + DRAIN_S; second++) {
      this.simulateSecond(second);
      while (this.seconds.length < this.records.length) this.seconds.push(second);
    }
    const swapped = this.swapped;
    const samples = [...this.samples].flatMap(([line, count]) => Array.from({ length: count }, () => line)).sort();
    return { records: this.records, seconds: this.seconds, clean: this.clean, samples, swapped };
  }

  private simulateSecond(second: number): void {
    const draining = second >= this.plan.seconds;
    const nowMs = START_MS + second * 1_000;
    if (!draining && this.changeSeconds.has(second)) this.changeInventory();
    const logFaults = this.plan.faults.filter((fault): fault is LogFault => isLogFault(fault) && fault.at === second);
    for (const fault of draining ? [] : logFaults) this.disturbLog(fault, second);
    this.appendTick(second, nowMs);
    if (this.thresholdDice() < 0.15) this.appendThresholds();
    for (const { upload } of this.late.filter(({ at }) => at === second)) this.appendUpload(upload, nowMs);
    for (const key of this.assigned.keys()) {
      if (this.random() < 0.03) this.down[this.down.has(key) ? 'delete' : 'add'](key);
      if (this.random() < (this.open.has(key) ? 0.2 : 0.02)) this.open[this.open.has(key) ? 'delete' : 'add'](key);
    }
    for (const agent of this.agents) {
      if (!draining) this.probeAll(agent, nowMs);
      for (const lane of [LANE.live, LANE.backfill]) this.shipUploads(agent, lane, second, nowMs, draining);
    }
    if (!draining && logFaults.some(({ kind }) => kind === 'swap')) this.swap();
  }

  private keyOf(target: number): number {
    return this.shard + KEYS_APART * (target + 1);
  }

  private tellInventory(): void {
    this.tellPolicy();
    for (const index of this.agents.keys()) this.tellAgent(index);
    for (let target = 0; target < this.plan.targets; target++) this.tellTarget(this.keyOf(target), AGENT_IDS);
  }

  private tellAgent(index: number, condition?: AgentCondition): void {
    const agent = { agentId: this.agents[index].agentId, name: `agent-${index}`, region: 'r', provider: 'p' };
    this.appendFact({ kind: 'agent', ...agent, state: 'active', ...(condition && { condition }) });
  }

  private tellPolicy(): void {
    this.appendFact({
      kind: 'policy',
      tier: 'standard',
      policyVersion: ++this.policyVersion,
      intervalMs: INTERVAL_MS,
      timeoutMs: 1_000,
      missesToFail: this.policyVersion === 1 ? 2 : 1 + Math.floor(this.random() * 3),
      successesToRecover: 1,
      quorum: this.random() < 0.7 ? 'majority' : 1,
      checks: [
        { check: PING, type: 'icmp_ping', expect: 'reachable' },
        { check: CLOSED, type: 'tcp_connect', expect: 'unreachable', port: 23 },
      ],
    });
  }

  private tellTarget(targetKey: number, selected: string[], refuses: string[] = []): void {
    const ip = `127.0.0.${targetKey}`;
    this.assigned.set(targetKey, selected);
    this.kept.set(targetKey, new Set([...(this.kept.get(targetKey) ?? []), ...selected]));
    this.appendFact({
      kind: 'target',
      targetKey,
      targetId: targetIdOf(targetKey),
      ip,
      vrf: 'default',
      tier: 'standard',
      selected,
      ...(refuses.length > 0 && { refuses }),
    });
  }

  private changeInventory(): void {
    const key = this.keyOf(Math.floor(this.random() * this.plan.targets));
    const dice = this.random();
    if (dice < 0.2) return this.tellPolicy();
    if (dice < 0.35) {
      const condition = AGENT_CONDITIONS[Math.floor(this.random() * AGENT_CONDITIONS.length)];
      return this.tellAgent(Math.floor(this.random() * this.agents.length), condition);
    }
    if (dice < 0.5) {
      this.assigned.set(key, []);
      this.kept.delete(key);
      return this.appendFact({ kind: 'target-removed', targetKey: key });
    }
    const selected = AGENT_IDS.filter(() => this.random() < 0.6);
    this.tellTarget(key, selected, this.random() < 0.2 ? selected : []);
  }

  private appendFact(fact: FeedFact): void {
    const record = encodeFeedRecord(this.facts.length + 1, fact);
    this.facts.push(record);
    this.records.push(record);
    this.clean.push(record);
  }

  private appendThresholds(): void {
    const record = thresholdsRecord(this.thresholdDice, this.thresholds.length + 1, [...this.assigned]);
    this.records.push(...this.thresholds.slice(-2, -1), record, record);
    this.thresholds.push(record);
    this.clean.push(record);
  }

  private disturbLog(fault: LogFault, second: number): void {
    switch (fault.kind) {
      case 'tick-takeover':
        this.zombieUntil = second + fault.gapS + fault.zombieS;
        this.ticksFrom = second + fault.gapS;
        this.tickEpoch++;
        return;
      case 'clock-set':
        this.clockAheadMs += fault.byMs;
        return;
      case 'feed-repeat':
        this.records.push(...this.facts.slice(-fault.facts));
        return;
      case 'garbage':
        this.records.push(garbageAfter(this.records, fault.form));
        return;
      case 'swap':
        return;
      default:
        fault satisfies never;
    }
  }

  private appendTick(second: number, nowMs: number): void {
    const atMs = nowMs + this.clockAheadMs;
    if (second >= this.ticksFrom) {
      const record = encodeTickRecord(this.tickEpoch, atMs);
      this.receipts.onTick(this.lastTickMs === 0 ? 0 : atMs - this.lastTickMs);
      this.lastTickMs = atMs;
      this.records.push(record);
      this.clean.push(record);
    }
    // Ticks of a former leader are ignored once its successor has written one.
    if (second > this.ticksFrom && second <= this.zombieUntil && this.tickEpoch > 1)
      this.records.push(encodeTickRecord(this.tickEpoch - 1, atMs + 1_500));
  }

  private probeAll(agent: SimulatedAgent, nowMs: number): void {
    const samples = [...this.assigned.keys()].flatMap((key) => {
      const slot = (key + agent.index) % 2;
      const isDue =
        Math.floor((nowMs - slot * SLOT_MS) / INTERVAL_MS) > Math.floor((nowMs - 1_000 - slot * SLOT_MS) / INTERVAL_MS);
      // An agent probes a removed target, or one that was reassigned, a little longer.
      if (!isDue) return [];
      const sampleMs = nowMs - Math.floor(this.random() * 900) + agent.clockAheadMs;
      const isDown = this.down.has(key);
      return [
        probe(this.random, key, sampleMs, isDown),
        probeClosed(this.random, key, sampleMs + 50, !isDown && this.open.has(key)),
      ];
    });
    if (samples.length > 0) agent.keepSamples(samples, nowMs + agent.clockAheadMs + 2 * INTERVAL_MS);
  }

  private shipUploads(agent: SimulatedAgent, lane: Lane, second: number, nowMs: number, draining: boolean): void {
    const faults = draining ? [] : this.faultsOf(agent.index, second);
    if (lane === LANE.live) for (const fault of faults) this.disturbAgent(agent, fault, second);
    const blocks = agent.nextUpload(lane, nowMs + agent.clockAheadMs);
    if (blocks.length === 0) return;
    const upload: Upload = { blocks, clockOffsetMs: this.clockOffsetMs(agent, second) };
    const network = faults.find(({ kind }) => kind.endsWith('upload') || kind === 'lost-answer');
    switch (network?.kind) {
      case 'lost-upload':
        return;
      case 'lost-answer':
        return this.appendUpload(upload, nowMs);
      case 'half-upload':
        return this.appendUpload({ ...upload, blocks: blocks.slice(0, Math.ceil(blocks.length / 2)) }, nowMs);
      case 'late-upload':
        this.late.push({ at: second + 1 + Math.floor(this.random() * 20), upload: { ...upload, blocks: [...blocks] } });
        return;
      case 'agent-clock':
      case 'agent-restart':
      case undefined:
        this.appendUpload(upload, nowMs);
        agent.answered(lane);
    }
  }

  /** Returns the faults that affect an agent in a second: those with a duration `forS` last, others strike once. */
  private faultsOf(agent: number, second: number): AgentFault[] {
    return this.plan.faults.filter(isAgentFault).filter((fault) => {
      const lastsS = 'forS' in fault ? fault.forS : 1;
      return fault.agent === agent && second >= fault.at && second < fault.at + lastsS;
    });
  }

  private disturbAgent(agent: SimulatedAgent, fault: AgentFault, second: number): void {
    if (fault.at !== second) return;
    if (fault.kind === 'agent-restart') agent.restartAgent();
    if (fault.kind === 'agent-clock') agent.clockAheadMs += fault.byMs;
  }

  /** Returns the gateway's estimate, which follows a clock change after three seconds. */
  private clockOffsetMs(agent: SimulatedAgent, second: number): number {
    const unnoticed = this.plan.faults.filter(
      (fault) =>
        fault.kind === 'agent-clock' && fault.agent === agent.index && second >= fault.at && second < fault.at + 3,
    );
    const missingMs = unnoticed.reduce((sum, fault) => sum + ('byMs' in fault ? fault.byMs : 0), 0);
    return agent.clockAheadMs - missingMs;
  }

  private appendUpload({ blocks, clockOffsetMs }: Upload, receivedAtMs: number): void {
    const envelopes = blocks.map(({ bytes }): BlockEnvelope => ({ receivedAtMs, clockOffsetMs, block: bytes }));
    this.records.push(encodeBlocksRecord(envelopes));
    for (const [at, block] of blocks.entries()) {
      if (this.seen.has(block.identity)) continue;
      this.seen.add(block.identity);
      this.clean.push(encodeBlocksRecord([envelopes[at]]));
      const presentMs = this.receipts.bounded(receivedAtMs, this.lastTickMs);
      this.receipts.recordReceipt(receivedAtMs, this.lastTickMs);
      for (const { key, check, sampleMs, outcome, rttUs } of block.samples) {
        if (!this.kept.get(key)?.has(block.agentId)) continue;
        const placedMs = Math.min(sampleMs - clockOffsetMs, presentMs);
        const line = `${key}/${check}/${block.agent}/${placedMs}/${outcome}/${rttUs}`;
        this.samples.set(line, (this.samples.get(line) ?? 0) + 1);
      }
    }
  }

  /** Swaps the last two records if they contain blocks of two agents without a common target. */
  private swap(): void {
    const [a, b] = this.records.slice(-2);
    if (a?.[0] !== 1 || b?.[0] !== 1) return;
    const [first, second] = [blocksOf(a), blocksOf(b)];
    if (first.some((block) => second.some((other) => !areIndependent(block, other)))) return;
    this.records.splice(-2, 2, b, a);
    this.swapped = true;
  }
}
