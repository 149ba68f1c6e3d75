import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class TargetsList1790000001200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE target_key_seq AS integer MINVALUE 1 NO CYCLE');
    await runner.query('CREATE SEQUENCE list_seq');
    await runner.query(`
      CREATE TABLE target_list (
        key integer PRIMARY KEY,
        id uuid NOT NULL CONSTRAINT target_list_id_key UNIQUE,
        ip inet NOT NULL,
        vrf text NOT NULL,
        name text,
        tags jsonb NOT NULL,
        tier text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        registered_at timestamptz NOT NULL,
        status text NOT NULL DEFAULT 'unknown',
        -- Worst first, as operators read.
        status_rank smallint NOT NULL GENERATED ALWAYS AS (
          CASE status WHEN 'down' THEN 0 WHEN 'degraded' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END) STORED,
        reason text,
        since timestamptz,
        last_success_at timestamptz,
        -- Number of the status change that the row shows: a repeat of an older one says nothing.
        change_seq bigint NOT NULL DEFAULT -1,
        -- Null until the registration was relayed.
        list_seq bigint,
        -- A nameless target sorts last by name; one that was never judged comes last when the newest change leads.
        name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(lower(name), chr(1114111))) STORED,
        since_sort timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(since, '-infinity'::timestamptz)) STORED,
        CONSTRAINT target_list_vrf_ip_key UNIQUE (vrf, ip)
      )`);
    for (const column of ['status_rank', 'ip', 'name_sort', 'tier', 'since_sort']) {
      await runner.query(`CREATE UNIQUE INDEX target_list_by_${column} ON target_list (${column}, key)`);
    }
    await runner.query('CREATE INDEX target_list_by_list_seq ON target_list (list_seq)');
    await runner.query('CREATE INDEX target_list_by_ip_text ON target_list (host(ip) text_pattern_ops)');
    await runner.query('CREATE INDEX target_list_by_tag ON target_list USING gin (tags jsonb_path_ops)');
    await runner.query(`
      CREATE TABLE target_list_removed (
        list_seq bigint PRIMARY KEY,
        key integer NOT NULL,
        id uuid NOT NULL,
        removed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE target_list_horizon (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        -- Removals up to here are forgotten: a client that is older has to read the list anew.
        list_seq bigint NOT NULL DEFAULT 0
      )`);
    await runner.query('INSERT INTO target_list_horizon DEFAULT VALUES');
  }

  down = refuseDown;
}
