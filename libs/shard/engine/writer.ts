import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BoundedClient, typeParsers } from '@icmp-mon/platform/database';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { inTransaction } from './in-transaction';
import { PostgresCommit } from './postgres-commit';
import type { Backend, CommitConnection, CommitTransaction } from './shard-store';

const COPY_CHUNK_BYTES = 256 * 1024;
const STATEMENT_TIMEOUT_MS = 60_000;

/** Operations of participants inside the commit of their shards. */
export interface WriterTransaction {
  /** int8 is returned as a number, as by all our sessions. */
  query<T extends object>(text: string, params?: unknown[]): Promise<T[]>;
  /** Runs `COPY … FROM STDIN (FORMAT binary)` with bytes that are already in that format. */
  copyBinary(statement: string, bytes: Uint8Array): Promise<void>;
}

/** The one connection over which a projector commits. A successor terminates its server process. */
export class ShardWriter implements CommitConnection {
  private constructor(
    private readonly client: pg.Client,
    readonly backend: Backend,
  ) {}

  static async connect(url: string, applicationName: string, onLost: (error: Error) => void): Promise<ShardWriter> {
    const client = new BoundedClient({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 5_000,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // The server's statement timeout does not help when the server does not answer at all.
      query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
      keepAlive: true,
      types: typeParsers,
    });
    client.on('error', onLost);
    client.on('end', () => onLost(new Error('connection to the telemetry database closed')));
    await client.connect();
    const { rows } = await client.query<Backend>(
      `SELECT pid, backend_start::text AS start FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    );
    if (!rows[0])
      throw new Error('pg_stat_activity has no row for this session: the role may not read its own backend');
    return new ShardWriter(client, rows[0]);
  }

  async query<T extends object>(text: string, params: unknown[] = []): Promise<T[]> {
    return (await this.client.query<T>(text, params)).rows;
  }

  commit<R>(work: (transaction: CommitTransaction) => Promise<R>): Promise<R> {
    return this.transaction((transaction) => work(new PostgresCommit(transaction)));
  }

  /** Runs `work` in one transaction. Rolls back on any error and rethrows it. */
  transaction<T>(work: (transaction: WriterTransaction) => Promise<T>): Promise<T> {
    const run = (statement: string) => () => this.client.query(statement);
    const frame = { begin: run('BEGIN'), commit: run('COMMIT'), rollback: run('ROLLBACK') };
    return inTransaction(frame, () =>
      work({ query: (text, params) => this.query(text, params), copyBinary: (...args) => this.copyBinary(...args) }),
    );
  }

  private async copyBinary(statement: string, bytes: Uint8Array): Promise<void> {
    await pipeline(Readable.from(chunks(bytes), { objectMode: false }), this.client.query(copyFrom(statement)));
  }

  async close(): Promise<void> {
    this.client.removeAllListeners('end');
    await this.client.end();
  }
}

function* chunks(bytes: Uint8Array): Generator<Buffer> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length; at += COPY_CHUNK_BYTES) yield buffer.subarray(at, at + COPY_CHUNK_BYTES);
}
