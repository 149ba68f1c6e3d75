import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** What the product keeps of its own health: who runs, how full disks were, which dead letters were sent back. */
export class OperationsHealth1790000041000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app_process (
        -- Made anew at each start.
        instance uuid PRIMARY KEY,
        app text NOT NULL,
        host text NOT NULL,
        pid integer NOT NULL,
        version text NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        ready boolean NOT NULL,
        -- Why it is not ready, by part.
        troubles jsonb NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE disk_sample (
        disk text NOT NULL,
        at timestamptz NOT NULL,
        used_bytes bigint NOT NULL,
        PRIMARY KEY (disk, at)
      )`);
    await runner.query(`
      CREATE TABLE dead_letter_replayed (
        topic text NOT NULL,
        partition integer NOT NULL,
        letter_offset bigint NOT NULL,
        replayed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, partition, letter_offset)
      )`);
  }

  down = refuseDown;
}
