import { COMMANDS_TOPIC } from '@icmp-mon/commands/contract';
import { BackOff, settlesWithin } from '@icmp-mon/platform/concurrency';
import { type LogRecord, Messaging } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';

const BACK_OFF = { firstMs: 500, maxMs: 10_000 };
const STOP_MS_MAX = 2_000;

/**
 * Follows the topic of commands from its end on, without a consumer group, as every replica does: each holds requests of some agents. Reports
 * the agents that an event names. After a failure it begins again at the end; the caller reads the rows from time to time.
 */
export class CommandsFollower {
  private readonly logger = createLogger('commands-follower');
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly messaging: Pick<Messaging, 'openLog'>,
    private readonly onAgents: (agentIds: readonly string[]) => Promise<void>,
  ) {}

  start(): void {
    this.stopping = new AbortController();
    this.running = this.followUntilStopped(this.stopping.signal);
  }

  /** Does not wait for a topic that cannot be opened, because Kafka does not answer. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await settlesWithin(this.running, STOP_MS_MAX);
  }

  private async followUntilStopped(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.followOnce(stop, () => backOff.succeeded());
      } catch (error) {
        if (stop.aborted) return;
        this.logger.warn({ err: error }, 'following the topic of commands failed, will retry');
        await backOff.waitAfterFailure(stop);
      }
    }
  }

  /** Follows all partitions until `stop`. Rejects when one of them fails. */
  private async followOnce(stop: AbortSignal, onFollowing: () => void): Promise<void> {
    const log = await this.messaging.openLog(COMMANDS_TOPIC);
    try {
      const ended = Promise.withResolvers<void>();
      stop.addEventListener('abort', () => ended.resolve(), { once: true });
      if (stop.aborted) return;
      for (let partition = 0; partition < log.partitionCount; partition++) {
        const { high } = await log.logBounds(partition);
        await log.followPartition(partition, high, (records) => this.handle(records), ended.reject);
      }
      onFollowing();
      await ended.promise;
    } finally {
      await log.close();
    }
  }

  private async handle(records: readonly LogRecord[]): Promise<void> {
    const agentIds = new Set(records.flatMap(({ value }) => namedAgents(value)));
    try {
      await this.onAgents([...agentIds]);
    } catch (error) {
      // The rows are read again within seconds.
      this.logger.warn({ err: error }, 'commands could not be read after an event');
    }
  }
}

/** Returns the agents that an event lists under any name; none for a message that is not an event. */
function namedAgents(value: Buffer): string[] {
  let data: unknown;
  try {
    data = JSON.parse(value.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  const lists = Object.values(data ?? {}).filter((member): member is unknown[] => Array.isArray(member));
  return lists.flat().filter((id): id is string => typeof id === 'string');
}
