import { setTimeout as pause } from 'node:timers/promises';
import { compress } from '@icmp-mon/platform/zstd';
import { type Answer, TestAgent, type TestAgentOptions, TestLane } from '@icmp-mon/probing/agent/testing';
import { OUTCOME, shardOf } from '@icmp-mon/probing/contract';
import { encodeBody, type LANE, ResultColumnsBuilder, writeUpload } from '@icmp-mon/probing/wire';

const CHECK = 1;
const REPORT_MS = 5_000;
const UPLOAD_BLOCKS = 256;
const RETRY_MS = 200;
const ANSWER_WITHIN_MS = 10_000;

export interface NumberedBlock {
  bytes: Uint8Array;
  numbers: number[];
}

type LaneName = keyof typeof LANE;

/** A test agent that numbers its results in the round trip (µs), so that an anti-join can compare stored with sent results. */
export class NumberedAgent {
  boot = 1;
  /** Number of the next result. */
  next = 1;
  /** Offset of its clock; positive when it is ahead. */
  clockAheadMs = 0;
  /** Numbers that must not be stored. */
  readonly disowned: number[] = [];
  private everyMs = 1_000;
  private keys: number[] = [];
  private readonly lanes: Record<LaneName, TestLane<number[]>>;
  private running = false;
  private loops: Promise<void>[] = [];

  private constructor(
    private readonly agent: TestAgent,
    readonly directUrl: string,
  ) {
    const lane = (name: LaneName): TestLane<number[]> =>
      new TestLane(agent, name, {
        boot: this.boot,
        blocksMax: UPLOAD_BLOCKS,
        backOff: { firstMs: RETRY_MS, maxMs: RETRY_MS },
        headers: () => this.sentAt(),
        timeoutMs: ANSWER_WITHIN_MS,
      });
    this.lanes = { live: lane('live'), backfill: lane('backfill') };
  }

  /** Enrols at the gateway; `gatewayUrl` leads to it through a proxy, `directUrl` without one. */
  static async enrolAgent({ directUrl, ...options }: TestAgentOptions & { directUrl: string }): Promise<NumberedAgent> {
    return new NumberedAgent(await TestAgent.enrolAgent(options), directUrl);
  }

  get agentId(): string {
    return this.agent.agentId;
  }

  get tls(): TestAgent['tls'] {
    return this.agent.tls;
  }

  get uploads(): number {
    return this.lanes.live.counts.uploads + this.lanes.backfill.counts.uploads;
  }

  get failedUploads(): number {
    return this.lanes.live.counts.failed + this.lanes.backfill.counts.failed;
  }

  /** Reads the agent's assignments; returns the number of targets. */
  async sync(): Promise<number> {
    const assignments = await this.agent.fetchAssignments(0);
    if (assignments === null) throw new Error('nothing is assigned yet');
    this.keys = assignments.assigned.map(({ key }) => key);
    return this.keys.length;
  }

  get assigned(): readonly number[] {
    return this.keys;
  }

  get spooled(): number {
    return this.lanes.live.queuedBlocks + this.lanes.backfill.queuedBlocks;
  }

  /** Measures each target once, and queues the results as one block per shard. `ageMs`: how long ago. */
  measureTargets(lane: LaneName, ageMs = 0): void {
    const nowMs = Date.now() + this.clockAheadMs - ageMs;
    const builders = new Map<number, { builder: ResultColumnsBuilder; numbers: number[] }>();
    for (const [at, key] of this.keys.entries()) {
      const shard = shardOf(key, this.agent.shardCount);
      const { builder, numbers } = builders.get(shard) ?? { builder: new ResultColumnsBuilder(), numbers: [] };
      builders.set(shard, { builder, numbers });
      builder.addResult(key, CHECK, nowMs - (at % 200), OUTCOME.reply, this.next);
      numbers.push(this.next++);
    }
    for (const [shard, { builder, numbers }] of builders) {
      this.lanes[lane].add({ shard, body: encodeBody(builder.buildColumns(), compress) }, numbers);
    }
  }

  /** Measures every `everyMs` and ships, until `pauseMeasuring`. */
  start(everyMs: number): void {
    this.everyMs = everyMs;
    this.running = true;
    this.loops = [this.measureForEver(everyMs), this.shipForEver('live'), this.shipForEver('backfill')];
  }

  /** Reports telemetry: an agent without reports gets no targets while another agent reports. */
  async sendReport(): Promise<void> {
    await this.agent.sendReport(this.keys.length);
  }

  private async measureForEver(everyMs: number): Promise<void> {
    let reportedMs = -Infinity;
    for (let dueMs = performance.now(); this.running; dueMs += everyMs) {
      this.measureTargets('live');
      if (dueMs - reportedMs >= REPORT_MS) {
        reportedMs = dueMs;
        // A lost report is not repeated, because the next one is newer.
        this.sendReport().catch(() => undefined);
      }
      await pause(Math.max(0, dueMs + everyMs - performance.now()));
    }
  }

  private async shipForEver(name: LaneName): Promise<void> {
    const lane = this.lanes[name];
    while (this.running || lane.queuedBlocks > 0) {
      await lane.shipQueued();
      if (this.running) await pause(RETRY_MS);
    }
  }

  /** Posts blocks; returns undefined without a response. */
  async sendBlocks(lane: LaneName, blocks: readonly Uint8Array[]): Promise<Answer | undefined> {
    try {
      const call = { headers: this.sentAt(), timeoutMs: ANSWER_WITHIN_MS };
      return await this.agent.client.sendUpload(lane, writeUpload(blocks), call);
    } catch {
      // Disconnected, refused or reset: an upload without a response in each case.
      return undefined;
    }
  }

  /** Posts blocks until the gateway accepts them. */
  async mustPost(lane: LaneName, blocks: readonly Uint8Array[], retryMs: number): Promise<Answer> {
    for (;;) {
      const answered = await this.sendBlocks(lane, blocks);
      if (answered?.status === 200) return answered;
      await pause(retryMs);
    }
  }

  /** Stops measuring and resolves once everything is acknowledged; `resumeMeasuring` continues. */
  async pauseMeasuring(): Promise<void> {
    this.running = false;
    await Promise.all(this.loops);
  }

  get isRunning(): boolean {
    return this.running;
  }

  resumeMeasuring(): void {
    this.start(this.everyMs);
  }

  /** Marks the numbers of these blocks as results that must never be stored. */
  disown(blocks: readonly NumberedBlock[]): void {
    for (const { numbers } of blocks) this.disowned.push(...numbers);
  }

  /** Removes and returns the waiting blocks, for faults that send them themselves. */
  takeWaiting(lane: LaneName): NumberedBlock[] {
    return this.lanes[lane].takeAll().map(({ bytes, note }) => ({ bytes, numbers: note }));
  }

  /** Simulates a restarted process with the same folder. */
  restartAgent(): void {
    this.boot++;
    for (const lane of Object.values(this.lanes)) lane.restartLane(this.boot);
  }

  /** Stops without shipping the queue. */
  abandon(): void {
    this.running = false;
    for (const lane of Object.values(this.lanes)) {
      lane.stop();
      lane.takeAll();
    }
    this.agent.close();
  }

  private sentAt(): Record<string, string> {
    return { 'x-icmpmon-sent-at': String(Date.now() + this.clockAheadMs) };
  }
}
