import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const ROWS_PER_CHUNK = 20_000;
/** Bytes per row: int2 number of fields, and per field an int4 length: key int4, time int8, agent int2, outcome int2, rtt int4. */
const ROW_BYTES = 2 + 8 + 12 + 6 + 6 + 8;
const PG_EPOCH_MS = Date.UTC(2000, 0, 1);
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/**
 * The reference for storage: one row per result with one `COPY BINARY` from prepared bytes into a hypertable with the index that queries by
 * target need. Rows are encoded when they are added, before any clock starts.
 */
export class RowCopy {
  private readonly chunks: Buffer[] = [HEADER];
  private chunk = Buffer.allocUnsafe(ROWS_PER_CHUNK * ROW_BYTES);
  private at = 0;
  rows = 0;

  add(targetKey: number, agentNo: number, sampleMs: number, outcome: number, rttUs: number): void {
    const { chunk } = this;
    let at = chunk.writeInt16BE(5, this.at);
    at = chunk.writeInt32BE(4, at);
    at = chunk.writeInt32BE(targetKey, at);
    at = chunk.writeInt32BE(8, at);
    const sinceUs = (sampleMs - PG_EPOCH_MS) * 1_000;
    at = chunk.writeUInt32BE(Math.floor(sinceUs / 0x1_0000_0000), at);
    at = chunk.writeUInt32BE(sinceUs % 0x1_0000_0000, at);
    at = chunk.writeInt32BE(2, at);
    at = chunk.writeInt16BE(agentNo, at);
    at = chunk.writeInt32BE(2, at);
    at = chunk.writeInt16BE(outcome, at);
    at = chunk.writeInt32BE(4, at);
    this.at = chunk.writeInt32BE(rttUs, at);
    this.rows++;
    if (this.at < chunk.length) return;
    this.chunks.push(chunk);
    this.chunk = Buffer.allocUnsafe(ROWS_PER_CHUNK * ROW_BYTES);
    this.at = 0;
  }

  /**
   * Copies all rows into a new table, and returns the seconds from the first byte to the commit. `look` can inspect the table before it is
   * dropped.
   */
  async copyInto(url: string, look?: (client: pg.Client) => Promise<void>): Promise<number> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query('DROP TABLE IF EXISTS plain_result');
      await client.query(`CREATE TABLE plain_result (target_id integer NOT NULL, time timestamptz NOT NULL,
        agent_no smallint NOT NULL, outcome smallint NOT NULL, rtt_us integer NOT NULL)`);
      await client.query(`SELECT create_hypertable('plain_result', 'time', chunk_time_interval => interval '1 day',
        create_default_indexes => false)`);
      await client.query('CREATE INDEX ON plain_result (target_id, time DESC)');
      await client.query('CHECKPOINT');
      const startedMs = performance.now();
      const bytes = [...this.chunks, this.chunk.subarray(0, this.at), TRAILER];
      const copy = client.query(copyFrom('COPY plain_result FROM STDIN (FORMAT binary)'));
      await pipeline(Readable.from(bytes, { objectMode: false }), copy);
      const tookS = (performance.now() - startedMs) / 1_000;
      const { rows } = await client.query<{ count: string }>('SELECT count(*) AS count FROM plain_result');
      if (Number(rows[0].count) !== this.rows)
        throw new Error(`Only ${rows[0].count} of ${this.rows} rows were copied.`);
      await look?.(client);
      await client.query('DROP TABLE plain_result');
      return tookS;
    } finally {
      await client.end();
    }
  }
}
