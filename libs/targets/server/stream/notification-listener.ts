import { BoundedClient } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import type pg from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 5_000;
const logger = createLogger('list-notifications');

/**
 * Listens to one channel of PostgreSQL on a connection of its own and calls `onNotify`; reconnects by itself. Only a
 * wake-up: what was missed while away is found by looking.
 */
export class NotificationListener {
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private wanted = false;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly onNotify: () => void,
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    void this.connect();
  }

  async stop(): Promise<void> {
    this.wanted = false;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    const { client } = this;
    this.client = null;
    if (client !== null)
      await client.end().catch((error: unknown) => logger.debug({ err: error }, 'listener was gone'));
  }

  private async connect(): Promise<void> {
    this.retry = null;
    const client = new BoundedClient({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'icmp-mon-list-notifications',
    });
    this.client = client;
    client.on('notification', () => this.onNotify());
    client.on('error', (error) => logger.warn({ err: error }, 'the connection for notifications broke'));
    client.on('end', () => this.reconnect(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`);
      this.onNotify();
    } catch (error) {
      logger.warn({ err: error }, 'could not listen for changes; looking every second meanwhile');
      this.reconnect(client);
    }
  }

  private reconnect(client: pg.Client): void {
    if (!this.wanted || this.client !== client) return;
    this.client = null;
    this.retry = setTimeout(() => void this.connect(), RECONNECT_MS);
  }
}
