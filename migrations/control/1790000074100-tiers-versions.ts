import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** History of the tiers: each policy with the time in which it was valid. The worker fills the table from the first event on. */
export class TiersVersions1790000074100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tier_version (
        name text NOT NULL,
        version integer NOT NULL,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid)),
        built_in boolean NOT NULL,
        policy jsonb NOT NULL,
        PRIMARY KEY (name, version)
      )`);
  }

  down = refuseDown;
}
