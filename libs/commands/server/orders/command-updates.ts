import type { CommandOrder, CommandOrdersResponse } from '@icmp-mon/commands/contract';
import { Batching } from '@icmp-mon/platform/batching';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { CommandsFollower } from './commands-follower';
import { openOrders } from './open-orders';

/** How often the commands of all waiting agents are read, in ms: the longest delay while Kafka does not deliver their events. */
const LOOK_MS = 2_000;
const BACK_OFF = { firstMs: 500, maxMs: 5_000 };
/** Agents per statement. */
const AGENTS_PER_READ = 500;

interface Waiter {
  agentId: string;
  known: ReadonlySet<string>;
  answerWith(answer: CommandOrdersResponse | null): void;
}

/**
 * Holds agents' requests until there are commands for them.
 *
 *     request ──────────────┐
 *     event of a command ───┼──▶ agents ──▶ one read of their unfinished commands ──▶ answers to those with news
 *     every 2 s ────────────┘
 *
 * The rows decide what an agent gets; an event only wakes. So a lost, repeated or late event has no effect but a delay.
 */
export class CommandUpdates {
  private readonly logger = createLogger('command-updates');
  private readonly waiting = new Map<string, Set<Waiter>>();
  private readonly reads: Batching<string, CommandOrder[]>;
  private readonly follower: CommandsFollower;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(database: ControlDatabase, messaging: Messaging) {
    this.reads = new Batching({ batchMax: AGENTS_PER_READ, concurrentMax: 2 }, async (agentIds: string[]) => {
      const orders = await openOrders(database, [...new Set(agentIds)]);
      return agentIds.map((agentId) => orders.get(agentId) ?? []);
    });
    this.follower = new CommandsFollower(messaging, (agentIds) => this.lookAtAgents(agentIds));
  }

  start(): void {
    this.stopping = new AbortController();
    this.follower.start();
    this.running = this.lookUntilStopped(this.stopping.signal);
  }

  /** Releases all waiting requests. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const waiters of this.waiting.values()) for (const { answerWith } of waiters) answerWith(null);
    await Promise.all([this.follower.stop(), this.running]);
  }

  /** Returns an agent's commands that are not in `known`, and those of `known` that have ended; null when there were none within the wait. */
  async nextOrders(
    agentId: string,
    known: readonly string[],
    { waitMs, signal }: { waitMs: number; signal: AbortSignal },
  ): Promise<CommandOrdersResponse | null> {
    const answered = Promise.withResolvers<CommandOrdersResponse | null>();
    const waiter: Waiter = { agentId, known: new Set(known), answerWith: answered.resolve };
    const giveUp = (): void => answered.resolve(null);
    const timeout = setTimeout(giveUp, waitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    // The request is registered before the first read, so that an event between the two is not missed.
    this.addWaiter(waiter);
    try {
      if (signal.aborted || this.stopping.signal.aborted) return null;
      this.answerIfNews(waiter, await this.reads.askBatched(agentId));
      return await answered.promise;
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener('abort', giveUp);
      this.removeWaiter(waiter);
    }
  }

  private async lookAtAgents(agentIds: readonly string[]): Promise<void> {
    await Promise.all(
      agentIds.map(async (agentId) => {
        // Only requests that wait before the read: the agent of a later one may know commands that the read does not contain.
        const waiters = [...(this.waiting.get(agentId) ?? [])];
        if (waiters.length === 0) return;
        const open = await this.reads.askBatched(agentId);
        for (const waiter of waiters) this.answerIfNews(waiter, open);
      }),
    );
  }

  /** Answers a request if the unfinished commands of its agent are others than the agent knows. */
  private answerIfNews({ known, answerWith }: Waiter, open: readonly CommandOrder[]): void {
    const openIds = new Set(open.map(({ id }) => id));
    const orders = open.filter(({ id, expiresInMs }) => expiresInMs > 0 && !known.has(id));
    const ended = [...known].filter((id) => !openIds.has(id));
    if (orders.length > 0 || ended.length > 0) answerWith({ orders, ended });
  }

  private async lookUntilStopped(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.lookAtAgents([...this.waiting.keys()]);
        backOff.succeeded();
        await pause(LOOK_MS, stop);
      } catch (error) {
        this.logger.warn({ err: error }, "agents' commands could not be read, will retry");
        await backOff.waitAfterFailure(stop);
      }
    }
  }

  private addWaiter(waiter: Waiter): void {
    const waiters = this.waiting.get(waiter.agentId) ?? new Set();
    this.waiting.set(waiter.agentId, waiters.add(waiter));
  }

  private removeWaiter(waiter: Waiter): void {
    const waiters = this.waiting.get(waiter.agentId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiting.delete(waiter.agentId);
  }
}
