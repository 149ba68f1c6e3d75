import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Addresses by which agents show that their own uplinks work. */
export class AgentsAnchors1790000107000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE anchors (
        -- One row, of the whole installation.
        id text PRIMARY KEY CHECK (id = 'installation'),
        ips text[] NOT NULL CHECK (cardinality(ips) <= 5),
        changed_at timestamptz NOT NULL,
        version bigint NOT NULL
      )`);
  }

  down = refuseDown;
}
