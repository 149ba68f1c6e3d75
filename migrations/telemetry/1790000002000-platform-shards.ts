import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Who owns which shard under which epoch, how far its effects are stored, and its latest checkpoint. */
export class Shards1790000002000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE shard (
        shard smallint PRIMARY KEY,
        epoch bigint NOT NULL DEFAULT 0,
        holder text,
        expires_at timestamptz NOT NULL DEFAULT '-infinity',
        backend_pid integer,
        backend_start text,
        checkpoint_position bigint NOT NULL DEFAULT -1,
        checkpoint bytea,
        checkpoint_at timestamptz
      )`);
    await queryRunner.query('ALTER TABLE shard ALTER COLUMN checkpoint SET STORAGE EXTERNAL');
    await queryRunner.query(`
      CREATE TABLE shard_position (
        shard smallint NOT NULL,
        participant text NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (shard, participant)
      ) WITH (fillfactor = 50)`);
    await queryRunner.query(`
      CREATE TABLE projector (
        holder text PRIMARY KEY,
        seen_at timestamptz NOT NULL
      )`);
  }
}
