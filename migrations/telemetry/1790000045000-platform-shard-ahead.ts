import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Up to where the effects of single keys are stored, when that is further than the position of their participant. */
export class ShardAhead1790000045000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE shard_ahead (
        shard smallint NOT NULL,
        participant text NOT NULL,
        key bigint NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (shard, participant, key)
      ) WITH (fillfactor = 50)`);
  }

  down = refuseDown;
}
