import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Live views ask for what a target got after a position: with it in the index, older fragments are not fetched. */
export class LiveRecentPosition1790000043000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX probe_recent_target');
    await runner.query('CREATE INDEX probe_recent_target ON probe_recent (target_key, window_start DESC, position)');
  }

  down = refuseDown;
}
