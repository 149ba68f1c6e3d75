import pg from 'pg';

interface Urls {
  controlDatabaseUrl: string;
  telemetryDatabaseUrl: string;
}

/**
 * Returns the WAL written since `fromLsn` in bytes by table of both databases (indexes and TOAST count to their table, chunks to their
 * hypertable), from pg_walinspect. Records that belong to no table are `other`.
 */
export async function walBytes(urls: Urls, fromLsn: string): Promise<Record<string, number>> {
  const bytesByFile = new Map<string, number>();
  await connected(urls.telemetryDatabaseUrl, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect');
    // A record may concern several relations; it is counted for each of them.
    const { rows } = await client.query<{ file: string; bytes: string }>(
      `SELECT relation AS file, sum(record_length) AS bytes FROM (
         SELECT record_length, (regexp_matches(block_ref, 'rel ([0-9]+/[0-9]+/[0-9]+)', 'g'))[1] AS relation
         FROM pg_get_wal_records_info($1::pg_lsn, pg_current_wal_flush_lsn()) WHERE block_ref <> ''
       ) AS touched GROUP BY relation`,
      [fromLsn],
    );
    for (const { file, bytes } of rows) bytesByFile.set(file, Number(bytes));
  });
  const byTable: Record<string, number> = {};
  for (const url of [urls.controlDatabaseUrl, urls.telemetryDatabaseUrl]) {
    const tables = await connected(url, tablesByFile);
    for (const [file, bytes] of bytesByFile) {
      const table = tables.get(file);
      if (table === undefined) continue;
      byTable[table] = (byTable[table] ?? 0) + bytes;
      bytesByFile.delete(file);
    }
  }
  byTable['other'] = [...bytesByFile.values()].reduce((sum, bytes) => sum + bytes, 0);
  return byTable;
}

/** Returns table names by `tablespace/database/file`. */
async function tablesByFile(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ file: string; name: string }>(`
    SELECT coalesce(nullif(c.reltablespace, 0), d.dattablespace) || '/' || d.oid || '/' || pg_relation_filenode(c.oid) AS file,
           coalesce(toasted.relname, indexed.relname, c.relname) AS name
    FROM pg_class c
    JOIN pg_database d ON d.datname = current_database()
    LEFT JOIN pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_class indexed ON indexed.oid = i.indrelid
    LEFT JOIN pg_class toasted ON toasted.reltoastrelid = coalesce(i.indrelid, c.oid)
    WHERE pg_relation_filenode(c.oid) IS NOT NULL`);
  return new Map(rows.map(({ file, name }) => [file, name]));
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
