import { aborted, BackOff, settlesWithin } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import { connect } from './connect';

const BACK_OFF = { firstMs: 250, maxMs: 5_000 };
/** Maximum wait for a connection to close whose server does not answer. */
const CLOSE_MS_MAX = 3_000;
const logger = createLogger('notifications');

export interface ChannelListenerOptions {
  url: string;
  applicationName: string;
  channel: string;
  /** Called for each notification, and once after each (re)connect, because notifications may have been missed before. */
  onNotify: () => void;
}

/**
 * Listens to one NOTIFY channel of PostgreSQL on its own connection, and reconnects when that is lost. A notification is only a wake-up
 * without data, and it may be lost: the receiver also polls.
 */
export class ChannelListener {
  private stopping: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ChannelListenerOptions) {}

  /** Starts listening. Has no effect if it is already started. */
  start(): void {
    if (this.stopping !== null) return;
    this.stopping = new AbortController();
    this.running = this.listenUntilStopped(this.stopping.signal);
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.stopping?.abort();
    this.stopping = null;
    await running;
  }

  private async listenUntilStopped(stop: AbortSignal): Promise<void> {
    const { channel } = this.options;
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.listenOnce(stop, () => backOff.succeeded());
      } catch (error) {
        logger.warn({ err: error, channel }, 'listening for notifications failed, reconnecting');
        await backOff.waitAfterFailure(stop);
      }
    }
  }

  /** Listens on one connection until `stop`. @throws Error when the connection is lost */
  private async listenOnce(stop: AbortSignal, onListening: () => void): Promise<void> {
    const { url, applicationName, channel, onNotify } = this.options;
    const connection = await connect({ url, applicationName });
    try {
      await connection.listenChannel(channel, onNotify);
      onListening();
      onNotify();
      await aborted(AbortSignal.any([stop, connection.lost]));
      connection.lost.throwIfAborted();
    } finally {
      if (!connection.lost.aborted) await settlesWithin(connection.close(), CLOSE_MS_MAX);
    }
  }
}
