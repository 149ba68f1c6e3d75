import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * History of the inventory: each version of a target with the time in which it was valid, and the positions of the read models that follow
 * the event store. The worker fills the table from the first event on.
 */
export class TargetsVersions1790000074000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_cursor (
        name text PRIMARY KEY,
        position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
        moved_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE target_version (
        key integer NOT NULL,
        version integer NOT NULL,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid)),
        id uuid NOT NULL,
        ip inet NOT NULL,
        vrf text NOT NULL,
        name text,
        tags jsonb NOT NULL,
        tier text NOT NULL,
        parents uuid[] NOT NULL DEFAULT '{}',
        paused boolean NOT NULL DEFAULT false,
        notes text,
        owner text,
        registered_at timestamptz NOT NULL,
        text text NOT NULL GENERATED ALWAYS AS (target_search_text(ip, name, tags)) STORED,
        PRIMARY KEY (key, version)
      )`);
    await runner.query('CREATE INDEX target_version_valid ON target_version USING gist (valid)');
    await runner.query('CREATE INDEX target_version_address ON target_version (ip, key)');
    // Tags as key=value in lower case, from the fourth line of the search text.
    await runner.query(`
      CREATE INDEX target_version_tags ON target_version
      USING gin (string_to_array(btrim(split_part(text, E'\\n', 4), E'\\t'), E'\\t\\t'))`);
    // One row: versions that ended before this time may be deleted.
    await runner.query(`
      CREATE TABLE target_version_horizon (
        ended_before timestamptz NOT NULL DEFAULT '-infinity',
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
      )`);
    await runner.query('INSERT INTO target_version_horizon DEFAULT VALUES');
  }

  down = refuseDown;
}
