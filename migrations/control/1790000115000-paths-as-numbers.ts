import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Prefixes with their AS numbers, from a file of the operator. */
export class PathsAsNumbers1790000115000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE as_number_file (
        -- One row, of the whole installation.
        id text PRIMARY KEY CHECK (id = 'installation'),
        -- The import in force; null after the numbers were removed.
        import_id uuid,
        lines integer NOT NULL,
        prefixes integer NOT NULL,
        changed_at timestamptz NOT NULL,
        version bigint NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE as_number_import (
        id uuid PRIMARY KEY,
        lines integer NOT NULL DEFAULT 0,
        started_at timestamptz NOT NULL DEFAULT now(),
        -- When lines were last stored. An import that has ended or was abandoned is not seen again, and its prefixes are deleted.
        seen_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE as_prefix (
        import_id uuid NOT NULL,
        prefix cidr NOT NULL,
        asn bigint NOT NULL,
        name text NOT NULL
      )`);
    await runner.query('CREATE INDEX as_prefix_prefix ON as_prefix USING spgist (prefix inet_ops)');
    await runner.query('CREATE INDEX as_prefix_import ON as_prefix (import_id)');
  }
}
