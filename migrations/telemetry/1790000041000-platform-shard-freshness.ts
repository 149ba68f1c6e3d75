import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** When the shard's log was at the position that is stored: how old what readers see is. */
export class ShardFreshness1790000041000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shard_position ADD COLUMN log_at timestamptz');
  }

  down = refuseDown;
}
