import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Old changes of checks are found by their times. */
export class StatusCheckChangeAt1790000099000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    // Rows come in the order of their times.
    await runner.query('CREATE INDEX check_change_at ON check_change USING brin (at)');
  }
}
