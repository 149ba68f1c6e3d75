import { BoundedClient } from './bounded-client';
import { CONNECT_TIMEOUT_MS, statementBounds, typeParsers } from './connection-settings';
import { asDatabaseError } from './database-errors';
import type { Row, Sql } from './sql';

/** One connection outside the pools, for features that are bound to a session: advisory locks, LISTEN. */
export interface Connection extends Sql {
  /** Aborted when the connection is lost or closed. */
  readonly lost: AbortSignal;
  listenChannel(channel: string, onNotification: () => void): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  url: string;
  applicationName: string;
  statementTimeoutMs?: number;
  /** A connection that does not answer a query within this is closed. Default: `statementTimeoutMs` and a grace period. */
  queryTimeoutMs?: number;
}

/**
 * Opens a connection.
 * @throws DependencyUnavailable when the server does not answer within 5 s
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const client = new BoundedClient({
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...statementBounds(options, 10_000),
    keepAlive: true,
    types: typeParsers,
  });
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('The connection is closed.')));
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asDatabaseError(error, 'database');
    }
  };
  await guarded(() => client.connect());
  return {
    lost: lost.signal,
    query: <T extends object = Row>(text: string, params: unknown[] = []) =>
      guarded(async () => (await client.query(text, params)).rows as T[]),
    execute: (text, params = []) => guarded(async () => (await client.query(text, params)).rowCount ?? 0),
    listenChannel: async (channel, onNotification) => {
      client.on('notification', (message) => {
        if (message.channel === channel) onNotification();
      });
      await guarded(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`));
    },
    close: () => guarded(() => client.end()),
  };
}
