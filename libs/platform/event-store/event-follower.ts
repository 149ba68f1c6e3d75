import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import { ChannelListener, type DatabaseOptions, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { createEventCursor, type EventProjection, projectNext } from './event-projection';
import { APPENDED_CHANNEL, fencedHead } from './fence';

/** Polling interval. Appends wake the follower by NOTIFY; a lost notification delays it by at most this. */
const POLL_MS = 1_000;
/** Shortest time between two fences, because appenders queue behind each. */
const FENCE_EVERY_MS = 100;
/** Positions of other categories after which the cursor is moved although no event of its own waits. */
const IDLE_POSITIONS_MAX = 5_000;
const REPORT_MS = 5_000;
const BACK_OFF = { firstMs: 250, maxMs: 10_000 };
const logger = createLogger('event-projection');

export interface EventFollowerOptions {
  database: Sql & Transactor & { options: DatabaseOptions };
  projection: EventProjection;
}

/** Runs one event projection. Several processes may run it; the lock of the cursor lets one of them project at a time. */
export class EventFollower {
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly wake = new WakeUp();
  private readonly listener: ChannelListener;

  constructor(private readonly options: EventFollowerOptions) {
    const { database, projection } = options;
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName: projection.name,
      channel: APPENDED_CHANNEL,
      onNotify: () => this.wake.wakeSleeper(),
    });
  }

  start(): void {
    this.stopping = new AbortController();
    this.listener.start();
    this.running = this.followUntil(this.stopping.signal);
  }

  /** Stops after the transaction in progress. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.listener.stop(), this.running]);
  }

  private async followUntil(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        if (await this.isDue()) await this.catchUp(stop);
        backOff.succeeded();
      } catch (error) {
        logger.warn({ err: error, projection: this.options.projection.name }, 'projecting events failed, retrying');
        await backOff.waitAfterFailure(stop);
      }
      await pause(FENCE_EVERY_MS, stop);
      await this.wake.sleepUntilWoken(POLL_MS, stop);
    }
  }

  /** Returns whether events of the category wait, or the cursor is far behind because of other categories. */
  private async isDue(): Promise<boolean> {
    const { database, projection } = this.options;
    const { name, category } = projection;
    const [cursor] = await database.query<{ due: boolean }>(
      `SELECT (SELECT coalesce(max(position), 0) FROM event) - reached.position > $3
         OR EXISTS (SELECT FROM event WHERE position > reached.position AND split_part(stream, '-', 1) = $2) AS due
       FROM event_cursor AS reached WHERE name = $1`,
      [name, category, IDLE_POSITIONS_MAX],
    );
    if (cursor === undefined) await createEventCursor(database, projection);
    return cursor?.due ?? true;
  }

  private async catchUp(stop: AbortSignal): Promise<void> {
    const { database, projection } = this.options;
    const fenced = await fencedHead(database);
    let reportedMs = performance.now();
    while (!stop.aborted) {
      const position = await projectNext(database, projection, fenced);
      if (position === null) return;
      if (performance.now() - reportedMs < REPORT_MS) continue;
      reportedMs = performance.now();
      const percent = Math.floor((position / fenced) * 100);
      logger.info({ projection: projection.name, position, of: fenced, percent }, 'projecting stored events');
    }
  }
}
