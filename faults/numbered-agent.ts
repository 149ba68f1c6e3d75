import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { AssignmentsAnswer } from '@icmp-mon/assignment/contract';
import type { EnrolAnswer } from '@icmp-mon/agents/contract';
import {
  simulatedTelemetry,
  enrolment,
  jsonOf,
  makeKeyAndCsr,
  TestClient,
  type Answer,
} from '@icmp-mon/probing/agent/testing';
import { compress } from '@icmp-mon/platform/zstd';
import { OUTCOME, shardOf } from '@icmp-mon/probing/contract';
import {
  encodeBody,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
  type EncodedBody,
  type ResultsAnswer,
} from '@icmp-mon/probing/wire';

const CHECK = 1;
const REPORT_MS = 5_000;
const UPLOAD_BLOCKS = 256;
const RETRY_MS = 200;
const TRICKLE_MS = 1_000;
const ANSWER_WITHIN_MS = 10_000;

export interface NumberedBlock {
  bytes: Uint8Array;
  numbers: number[];
}

type LaneName = keyof typeof LANE;

/**
 * An agent whose every result has a number of its own, its round trip in microseconds: what is stored can be compared with
 * what was sent by an anti-join. It speaks to the gateway as the real one does: blocks with lane, boot and sequence, one
 * upload a lane at a time, sent again until it is acknowledged.
 */
export class NumberedAgent {
  readonly agentId: string;
  boot = 1;
  /** The number of the next result. */
  next = 1;
  /** How far its clock is ahead. */
  clockAheadMs = 0;
  uploads = 0;
  failedUploads = 0;
  refusedBlocks = 0;
  /** Numbers that must not be stored. */
  readonly disowned: number[] = [];
  private everyMs = 1_000;
  private keys: number[] = [];
  private waiting: Record<LaneName, NumberedBlock[]> = { live: [], backfill: [] };
  private readonly sequences: Record<LaneName, number> = { live: 0, backfill: 0 };
  private running = false;
  private loops: Promise<void>[] = [];

  private constructor(
    private readonly answer: EnrolAnswer,
    private readonly client: TestClient,
    readonly tls: { ca: string; cert: string; key: string },
    readonly directUrl: string,
  ) {
    this.agentId = answer.agentId;
  }

  /** Enrols at the gateway; `gatewayUrl` leads there by a proxy, `directUrl` without one. */
  static async enrol(options: {
    enrolUrl: string;
    token: string;
    ca: string;
    name: string;
    gatewayUrl: string;
    directUrl: string;
  }): Promise<NumberedAgent> {
    const { keyPem, csrPem } = await makeKeyAndCsr();
    const enroller = new TestClient(options.enrolUrl, { ca: options.ca });
    const answered = await enroller.json('/v1/enrol', enrolment(options.name, options.token, csrPem));
    enroller.close();
    if (answered.status >= 300)
      throw new Error(`enrolment was answered ${answered.status}: ${answered.body.toString()}`);
    const answer = jsonOf<EnrolAnswer>(answered);
    const tls = { ca: options.ca, cert: answer.certificatePem, key: keyPem };
    return new NumberedAgent(answer, new TestClient(options.gatewayUrl, tls), tls, options.directUrl);
  }

  /** Asks which targets are this agent's. */
  async sync(): Promise<number> {
    const answered = await this.client.call('/v1/assignments?since=0');
    if (answered.status !== 200) throw new Error(`assignments were answered ${answered.status}`);
    this.keys = jsonOf<AssignmentsAnswer>(answered).assigned.map(({ key }) => key);
    return this.keys.length;
  }

  get assigned(): readonly number[] {
    return this.keys;
  }

  get spooled(): number {
    return this.waiting.live.length + this.waiting.backfill.length;
  }

  /** Measures each target once, and keeps the results as blocks of one shard each. `ageMs` tells how long ago. */
  measure(lane: LaneName, ageMs = 0): void {
    const nowMs = Date.now() + this.clockAheadMs - ageMs;
    const builders = new Map<number, { builder: ResultColumnsBuilder; numbers: number[] }>();
    for (const [at, key] of this.keys.entries()) {
      const shard = shardOf(key, this.answer.shardCount);
      const { builder, numbers } = builders.get(shard) ?? { builder: new ResultColumnsBuilder(), numbers: [] };
      builders.set(shard, { builder, numbers });
      builder.push(key, CHECK, nowMs - (at % 200), OUTCOME.reply, this.next);
      numbers.push(this.next++);
    }
    for (const [shard, { builder, numbers }] of builders)
      this.keep(lane, shard, encodeBody(builder.build(), compress), numbers);
  }

  private keep(lane: LaneName, shard: number, body: EncodedBody, numbers: number[]): void {
    const sequence = this.sequences[lane]++;
    const { agentId, boot } = this;
    const bytes = frameBlock({ agentId, boot, lane: LANE[lane], shard, sequence, policyVersion: 1 }, body);
    this.waiting[lane].push({ bytes, numbers });
  }

  /** Measures and ships until `stop`, as often as `everyMs`. */
  start(everyMs: number): void {
    this.everyMs = everyMs;
    this.running = true;
    this.loops = [this.measureForEver(everyMs), this.shipForEver('live'), this.shipForEver('backfill')];
  }

  /** Agents that are not heard get no targets while another one is. */
  async report(): Promise<void> {
    await this.client.json('/v1/telemetry', simulatedTelemetry(this.keys.length));
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

  private async shipForEver(lane: LaneName): Promise<void> {
    while (this.running || this.waiting[lane].length > 0) {
      if (this.waiting[lane].length === 0 || !(await this.shipOnce(lane))) await pause(RETRY_MS);
    }
  }

  /** One upload of what waits longest. False when it has to be sent again. */
  async shipOnce(lane: LaneName): Promise<boolean> {
    const blocks = this.waiting[lane].slice(0, UPLOAD_BLOCKS);
    const answered = await this.post(
      lane,
      blocks.map(({ bytes }) => bytes),
    );
    if (answered?.status !== 200) {
      this.failedUploads++;
      return false;
    }
    this.uploads++;
    const { refused, deferred } = jsonOf<ResultsAnswer>(answered);
    this.refusedBlocks += refused.length;
    this.waiting[lane].splice(0, deferred?.from ?? blocks.length);
    return deferred === undefined;
  }

  /** Posts blocks; undefined when there was no answer. */
  async post(lane: LaneName, blocks: readonly Uint8Array[]): Promise<Answer | undefined> {
    const headers = { 'x-icmpmon-sent-at': String(Date.now() + this.clockAheadMs) };
    try {
      const silence = pause(ANSWER_WITHIN_MS, undefined, { ref: false });
      return await Promise.race([this.client.results(lane, blocks, headers), silence]);
    } catch {
      // Cut off, refused or reset: to the agent all of them are an upload without an answer.
      return undefined;
    }
  }

  /** Posts a body a byte a second, not by the proxy; resolves with how long the gateway bore it, in ms. */
  trickle(): Promise<number> {
    const startedMs = performance.now();
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/vnd.icmpmon.blocks', 'content-length': '1000' };
      const outgoing = request(`${this.directUrl}/v1/results?lane=live`, {
        method: 'POST',
        agent: false,
        headers,
        ...this.tls,
      });
      const timer = setInterval(() => outgoing.write('x'), TRICKLE_MS);
      const end = (): void => {
        clearInterval(timer);
        outgoing.destroy();
        resolve(performance.now() - startedMs);
      };
      // An answer of refusal and a connection that is cut are both an end.
      outgoing.once('response', end);
      outgoing.once('error', end);
      outgoing.flushHeaders();
    });
  }

  /** Posts blocks until the gateway takes them. */
  async mustPost(lane: LaneName, blocks: readonly Uint8Array[], retryMs: number): Promise<Answer> {
    for (;;) {
      const answered = await this.post(lane, blocks);
      if (answered?.status === 200) return answered;
      await pause(retryMs);
    }
  }

  /** Stops measuring and resolves once all is acknowledged; `resume` goes on as before. */
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
    return this.waiting[lane].splice(0);
  }

  /** As a process that starts again with the same folder. */
  restart(): void {
    this.boot++;
    this.sequences.live = this.sequences.backfill = 0;
  }

  /** Ends without shipping what is left. */
  abandon(): void {
    this.running = false;
    this.waiting.live = [];
    this.waiting.backfill = [];
    this.client.close();
  }
}
