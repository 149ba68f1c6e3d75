import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * How many targets have which status, as differences over time: the counts of a past instant are the ones of now
 * (target_status) less all differences since. A target counts from its first status on until it is removed.
 */
export class StatusDeltas1790000044000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE VIEW status_delta AS
        WITH change AS NOT MATERIALIZED (
          SELECT c.*, c.from_status = 'unknown' AND NOT EXISTS (
            SELECT 1 FROM status_change e WHERE e.target_key = c.target_key AND e.change_seq < c.change_seq) AS first
          FROM status_change c)
        SELECT at, target_key, to_status AS status, 1 AS delta FROM change WHERE NOT removed
        UNION ALL
        SELECT at, target_key, from_status, -1 FROM change WHERE NOT first`);
    // Rows come in the order of their times, so ranges of blocks do: a btree would cost every change a page.
    await queryRunner.query('CREATE INDEX status_change_at_range ON status_change USING brin (at)');
  }
}
