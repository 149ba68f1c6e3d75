import { setTimeout as pause } from 'node:timers/promises';
import { TestAgent } from '@icmp-mon/probing/agent/testing';
import { FleetMember } from './member';
import { AGENTS_PER_TOKEN } from './messages';
import type {
  EnrolFleet,
  FleetAnswer,
  FleetCalls,
  FleetCounts,
  FleetRequest,
  PrepareBlocks,
  TallyJson,
  TargetSource,
} from './messages';
import { Tally } from './tally';

const SECOND_MS = 1_000;
const TIMER_SLACK_MS = 5;
/** An agent with a longer queue generates no more, so that its memory and its traffic are limited. */
const QUEUED_RESULTS_MAX = 5_000_000;

/** The fleet's side of the channel: handles calls sequentially until the parent exits. */
class FleetServer {
  private members: FleetMember[] = [];
  private readonly boot = Math.floor(Date.now() / SECOND_MS);
  private tally = new Tally();
  private readonly timers = new Map<FleetMember, NodeJS.Timeout>();
  private skippedSeconds = 0;
  private liveFromMs = 0;
  private follows = false;
  private stopAtMs = Infinity;

  readonly calls: { [C in keyof FleetCalls]: (argument: FleetCalls[C][0]) => Promise<FleetCalls[C][1]> } = {
    enrol: (argument) => this.enrol(argument),
    targets: (argument) => this.targets(argument),
    redirect: ({ gatewayUrl }) => {
      for (const { agent } of this.members) agent.client.redirect(gatewayUrl);
      return Promise.resolve({});
    },
    follow: () => this.follow(),
    held: () => Promise.resolve(this.members.reduce((sum, { reader }) => sum + reader.keys.size, 0)),
    readAll: () => this.readAll(),
    prepare: (argument) => this.prepare(argument),
    ship: () => this.ship(),
    live: ({ quiet }) => this.live(quiet ?? false),
    settle: () => this.settle(),
    counts: () => Promise.resolve(this.counts()),
  };

  private async enrol({ agents, prefix, tokens, ...rest }: EnrolFleet): Promise<string[]> {
    for (let at = 0; at < agents; at++) {
      const token = tokens[Math.floor(at / AGENTS_PER_TOKEN)];
      const place = { name: `${prefix}-${at + 1}`, region: `region-${at % 8}`, provider: `provider-${at % 5}` };
      const agent = await TestAgent.enrolAgent({ ...rest, ...place, token });
      this.members.push(new FleetMember(agent, this.boot));
    }
    return this.members.map(({ agent }) => agent.agentId);
  }

  /** Sets the targets; returns the number of pairs of agent and target. */
  private async targets(source: TargetSource): Promise<number> {
    let pairs = 0;
    for (const member of this.members) pairs += await member.measure(source);
    return pairs;
  }

  private async follow(): Promise<object> {
    this.follows = true;
    for (const { reader } of this.members) reader.start();
    return this.live(false);
  }

  private async readAll(): Promise<{ pairs: number; tookMs: number }> {
    const startedMs = performance.now();
    const counts = await Promise.all(this.members.map(({ reader }) => reader.readAll()));
    return { pairs: counts.reduce((sum, count) => sum + count, 0), tookMs: performance.now() - startedMs };
  }

  private prepare({ startMs, seconds, blocksPerUpload, quiet }: PrepareBlocks): Promise<TallyJson> {
    const tally = new Tally();
    for (const member of this.members) {
      member.beQuiet(quiet ?? false);
      member.live.blocksMax = blocksPerUpload ?? Infinity;
      for (let at = 0; at < seconds; at++) member.queueSecond(startMs + at * SECOND_MS, tally, Infinity);
    }
    return Promise.resolve(tally.toJSON());
  }

  private async ship(): Promise<{ tookMs: number; results: number }> {
    const { queued } = this.counts();
    const startedMs = performance.now();
    await this.drainQueues();
    return { tookMs: performance.now() - startedMs, results: queued };
  }

  private async live(quiet: boolean): Promise<{ fromMs: number }> {
    this.tally = new Tally();
    this.skippedSeconds = 0;
    this.stopAtMs = Infinity;
    this.liveFromMs = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS;
    this.members.forEach((member, at) => {
      member.beQuiet(quiet);
      // Agents do not send in step: each has its own phase within the second.
      member.nextSecondMs = this.liveFromMs + Math.floor((at * SECOND_MS) / this.members.length);
      this.sendSoon(member);
    });
    return { fromMs: this.liveFromMs };
  }

  /** Schedules the member's next second by the clock of its results' timestamps; timers may be ahead of it. */
  private sendSoon(member: FleetMember): void {
    const waitMs = Math.max(0, member.nextSecondMs + SECOND_MS + TIMER_SLACK_MS - Date.now());
    const timer = setTimeout(() => {
      this.sendDue(member);
      if (member.nextSecondMs + SECOND_MS <= this.stopAtMs) this.sendSoon(member);
    }, waitMs);
    this.timers.set(member, timer);
  }

  /** Queues the seconds that are due; several when this process was late. */
  private sendDue(member: FleetMember): void {
    const untilMs = Math.min(Date.now(), this.stopAtMs);
    if (this.follows) member.followAssigned(untilMs);
    while (member.nextSecondMs + SECOND_MS <= untilMs) {
      const secondMs = member.nextSecondMs;
      member.nextSecondMs += SECOND_MS;
      if (member.live.queuedResults > QUEUED_RESULTS_MAX) this.skippedSeconds++;
      else member.queueSecond(secondMs, this.tally, secondMs);
    }
    void member.shipQueued();
  }

  private async settle(): Promise<{ tally: TallyJson; fromMs: number; toMs: number }> {
    // Every agent stops after the same second, so that this second is sent as well.
    this.stopAtMs = Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
    await pause(2 * SECOND_MS);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    for (const member of this.members) member.queueLate();
    await this.drainQueues();
    return { tally: this.tally.toJSON(), fromMs: this.liveFromMs, toMs: this.stopAtMs };
  }

  private async drainQueues(): Promise<void> {
    await Promise.all(this.members.map((member) => member.shipQueued()));
  }

  private counts(): FleetCounts {
    const sum: FleetCounts = {
      ...{ requests: 0, uploads: 0, failed: 0, bytes: 0, retries: 0, refusedBlocks: 0 },
      generated: this.tally.count,
      queued: 0,
      skippedSeconds: this.skippedSeconds,
    };
    for (const lane of this.members.flatMap(({ live, backfill }) => [live, backfill])) {
      sum.requests += lane.counts.requests;
      sum.uploads += lane.counts.uploads;
      sum.failed += lane.counts.failed;
      sum.bytes += lane.counts.bytes;
      sum.retries += lane.counts.retries;
      sum.refusedBlocks += lane.counts.refusedBlocks;
      sum.queued += lane.queuedResults;
    }
    return sum;
  }
}

/** Runs the fleet until the parent exits. */
export function serveFleet(): void {
  const server = new FleetServer();
  const answer = (message: FleetAnswer): void => void process.send?.(message);
  process.on('message', (message) => {
    const { id, call, argument } = message as FleetRequest;
    const work = server.calls[call] as (argument: object) => Promise<unknown>;
    work(argument).then(
      (result) => answer({ id, result }),
      (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  for (const event of ['disconnect', 'SIGTERM']) process.once(event, () => process.exit(0));
}
