import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

const KEYS_PER_STEP = 5_000;

interface Row {
  key: number;
  ip: string;
  name: string | null;
  tags: Record<string, string>;
}

/**
 * What searches of the target list look at, in a table of its own: a change of status then writes no entries of its index. With the
 * extension pg_trgm, which the servers started here have, a search is answered from that index, and without it from a scan of this table.
 */
export class TargetsSearch1790000065000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE target_search (key integer PRIMARY KEY, text text NOT NULL)');
    await fill(runner);
    await runner.query(`
      DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
          CREATE EXTENSION IF NOT EXISTS pg_trgm;
          CREATE INDEX target_search_text ON target_search USING gin (text gin_trgm_ops);
        END IF;
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'pg_trgm may not be created by this role: searches scan target_search';
      END $$`);
    // Searches were the only readers of these two.
    await runner.query('DROP INDEX target_list_by_ip_text');
    await runner.query('DROP INDEX target_list_by_tag');
  }

  down = refuseDown;
}

/** Lower case is made here, because that of the database depends on its locale. */
async function fill(runner: QueryRunner): Promise<void> {
  for (let after = 0; ;) {
    const rows: unknown = await runner.query(
      `SELECT key, host(ip) AS ip, name, tags FROM target_list WHERE key > $1 ORDER BY key LIMIT ${KEYS_PER_STEP}`,
      [after],
    );
    const targets = rows as Row[];
    const last = targets.at(-1);
    if (last === undefined) return;
    await runner.query('INSERT INTO target_search (key, text) SELECT * FROM unnest($1::integer[], $2::text[])', [
      targets.map(({ key }) => key),
      targets.map(textOf),
    ]);
    after = last.key;
  }
}

function textOf({ ip, name, tags }: Row): string {
  const ofTags = Object.entries(tags).map(([key, value]) => `\t${key}=${value}\t`);
  return `\n${ip}\n${name ?? ''}\n${ofTags.sort().join('')}`.toLowerCase();
}
