import { aborted, BackOff, settlesWithin } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import { connect } from './connect';

const BACK_OFF = { firstMs: 250, maxMs: 5_000 };
/** A connection whose server does not answer is not waited for longer. */
const CLOSE_MS_MAX = 3_000;
const logger = createLogger('notifications');

export interface ChannelListenerOptions {
  url: string;
  applicationName: string;
  channel: string;
  /** Called on each notification, and once per connection: what was missed without one is found by looking. */
  onNotify: () => void;
}

/**
 * Listens to one channel of PostgreSQL on a connection of its own, and connects again when that is lost. A notification is a
 * wake-up and carries nothing: its receiver also looks by itself from time to time.
 */
export class ChannelListener {
  private stopping: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ChannelListenerOptions) {}

  /** Does nothing while it is started. */
  start(): void {
    if (this.stopping !== null) return;
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.stopping?.abort();
    this.stopping = null;
    await running;
  }

  private async run(stop: AbortSignal): Promise<void> {
    const { channel } = this.options;
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.listen(stop, () => backOff.succeeded());
      } catch (error) {
        logger.warn({ err: error, channel }, 'cannot listen for notifications, will connect again');
        await backOff.wait(stop);
      }
    }
  }

  /** One connection's life. @throws Error when the connection is lost */
  private async listen(stop: AbortSignal, onListening: () => void): Promise<void> {
    const { url, applicationName, channel, onNotify } = this.options;
    const connection = await connect({ url, applicationName });
    try {
      await connection.listen(channel, onNotify);
      onListening();
      onNotify();
      await aborted(AbortSignal.any([stop, connection.lost]));
      connection.lost.throwIfAborted();
    } finally {
      if (!connection.lost.aborted) await settlesWithin(connection.close(), CLOSE_MS_MAX);
    }
  }
}
