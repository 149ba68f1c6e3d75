import { createLogger } from '@icmp-mon/platform/ops';
import { bounded } from '@icmp-mon/platform/concurrency';

const CLOSED_WITHIN_MS = 5_000;
const logger = createLogger('messaging');

/** A kafkajs client that connects on first use, and reconnects on the next use after `discardClient` or a failed connection. */
export class KeptConnection<C extends { disconnect(): Promise<void> }> {
  private client: Promise<C> | null = null;

  /** `connect` returns a connected client; `name` appears in the log. */
  constructor(
    private readonly name: string,
    private readonly connect: () => Promise<C>,
  ) {}

  /** Returns the connected client. Rejects if connecting fails; the next call connects again. */
  connectedClient(): Promise<C> {
    const client = (this.client ??= this.connect());
    return client.catch((error: unknown) => {
      if (this.client === client) this.client = null;
      throw error;
    });
  }

  /** Discards the client; the next use connects again. */
  discardClient(): void {
    const former = this.client;
    this.client = null;
    // The client has already failed; an error of its disconnect adds no information.
    former?.then((client) => client.disconnect()).catch(() => undefined);
  }

  /** Closes the connection if there is one. Logs a warning when that fails or takes more than 5 s. */
  async close(): Promise<void> {
    // A failed connection was already reported to the caller of `connectedClient`.
    const client = await this.client?.catch(() => null);
    this.client = null;
    if (!client) return;
    const timedOut = (): Error => new Error('a request was still in progress');
    await bounded(client.disconnect(), CLOSED_WITHIN_MS, timedOut).catch((error: unknown) =>
      logger.warn({ err: error }, `the ${this.name} did not close cleanly`),
    );
  }
}
