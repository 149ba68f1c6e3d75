import { createLogger } from '@icmp-mon/platform/ops';
import { bounded } from '@icmp-mon/platform/concurrency';

const CLOSED_WITHIN_MS = 5_000;
const logger = createLogger('messaging');

/** A client of kafkajs that connects on first use, and anew after it was forgotten or could not connect. */
export class KeptConnection<C extends { disconnect(): Promise<void> }> {
  private client: Promise<C> | null = null;

  /** `connect` gives a connected client; `name` is for the log. */
  constructor(
    private readonly name: string,
    private readonly connect: () => Promise<C>,
  ) {}

  /** Rejects as connecting did; whoever asks next tries again. */
  open(): Promise<C> {
    const client = (this.client ??= this.connect());
    return client.catch((error: unknown) => {
      if (this.client === client) this.client = null;
      throw error;
    });
  }

  /** The next use connects anew. */
  forget(): void {
    const former = this.client;
    this.client = null;
    // It failed already: that it also fails to disconnect tells nothing new.
    former?.then((client) => client.disconnect()).catch(() => undefined);
  }

  /** Ends the connection, if there is one; logs when that takes more than 5 s or fails. */
  async close(): Promise<void> {
    // A connection that never came about was told to whoever asked for it.
    const client = await this.client?.catch(() => null);
    this.client = null;
    if (!client) return;
    const timedOut = (): Error => new Error('a request was still under way');
    await bounded(client.disconnect(), CLOSED_WITHIN_MS, timedOut).catch((error: unknown) =>
      logger.warn({ err: error }, `the ${this.name} did not end cleanly`),
    );
  }
}
