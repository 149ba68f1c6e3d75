import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * A place in the list is found in an index alone only where the table's pages are known to be visible to all. 2,000 changes of status all over
 * the table end that for nearly all of its pages, and a place then takes five times as long; a vacuum takes a quarter of a second.
 */
export class TargetsListVacuum1790000065200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE target_list SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)',
    );
  }

  down = refuseDown;
}
