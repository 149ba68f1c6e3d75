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

/**
 * A test agent whose every result has a number of its own, its round trip in microseconds: what is stored can be compared with
 * what was sent by an anti-join.
 */
export class NumberedAgent {
  boot = 1;
  /** The number of the next result. */
  next = 1;
  /** How far its clock is ahead. */
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

  /** Enrols at the gateway; `gatewayUrl` leads there by a proxy, `directUrl` without one. */
  static async enrol({ directUrl, ...options }: TestAgentOptions & { directUrl: string }): Promise<NumberedAgent> {
    return new NumberedAgent(await TestAgent.enrol(options), directUrl);
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

  /** Asks which targets are this agent's. */
  async sync(): Promise<number> {
    const assignments = await this.agent.assignments(0);
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

  /** Measures each target once, and keeps the results as blocks of one shard each. `ageMs` tells how long ago. */
  measure(lane: LaneName, ageMs = 0): void {
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

  /** Measures and ships until `pause`, as often as `everyMs`. */
  start(everyMs: number): void {
    this.everyMs = everyMs;
    this.running = true;
    this.loops = [this.measureForEver(everyMs), this.shipForEver('live'), this.shipForEver('backfill')];
  }

  /** Agents that are not heard get no targets while another one is. */
  async report(): Promise<void> {
    await this.agent.report(this.keys.length);
  }

  private async measureForEver(everyMs: number): Promise<void> {
    let reportedMs = -Infinity;
    for (let dueMs = performance.now(); this.running; dueMs += everyMs) {
      this.measure('live');
      if (dueMs - reportedMs >= REPORT_MS) {
        reportedMs = dueMs;
        // One that does not arrive is not repeated: the next one is newer.
        this.report().catch(() => undefined);
      }
      await pause(Math.max(0, dueMs + everyMs - performance.now()));
    }
  }

  private async shipForEver(name: LaneName): Promise<void> {
    const lane = this.lanes[name];
    while (this.running || lane.queuedBlocks > 0) {
      await lane.ship();
      if (this.running) await pause(RETRY_MS);
    }
  }

  /** Posts blocks; undefined when there was no answer. */
  async post(lane: LaneName, blocks: readonly Uint8Array[]): Promise<Answer | undefined> {
    try {
      const call = { headers: this.sentAt(), timeoutMs: ANSWER_WITHIN_MS };
      return await this.agent.client.upload(lane, writeUpload(blocks), call);
    } catch {
      // Cut off, refused or reset: to the agent all of them are an upload without an answer.
      return undefined;
    }
  }

  /** Posts blocks until the gateway takes them. */
  async mustPost(lane: LaneName, blocks: readonly Uint8Array[], retryMs: number): Promise<Answer> {
    for (;;) {
      const answered = await this.post(lane, blocks);
      if (answered?.status === 200) return answered;
      await pause(retryMs);
    }
  }

  /** Stops measuring and resolves once all is acknowledged; `resume` continues as before. */
  async pause(): Promise<void> {
    this.running = false;
    await Promise.all(this.loops);
  }

  get isRunning(): boolean {
    return this.running;
  }

  resume(): void {
    this.start(this.everyMs);
  }

  /** Numbers that were given out and are not to be expected: their results are never to be counted. */
  disown(blocks: readonly NumberedBlock[]): void {
    for (const { numbers } of blocks) this.disowned.push(...numbers);
  }

  /** Takes what waits without sending it, for faults that send by themselves. */
  takeWaiting(lane: LaneName): NumberedBlock[] {
    return this.lanes[lane].takeAll().map(({ bytes, note }) => ({ bytes, numbers: note }));
  }

  /** As a process that starts again with the same folder. */
  restart(): void {
    this.boot++;
    for (const lane of Object.values(this.lanes)) lane.restart(this.boot);
  }

  /** Ends without shipping what is left. */
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
