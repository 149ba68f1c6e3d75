import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Status changes, numbered without gaps by the shard that decided them, and what follows from the latest of each. */
export class StatusChanges1790000001000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE status_change (
        shard smallint NOT NULL,
        change_seq bigint NOT NULL,
        target_key integer NOT NULL,
        target_id uuid NOT NULL,
        ip inet NOT NULL,
        vrf text NOT NULL,
        tier text NOT NULL,
        from_status text NOT NULL,
        to_status text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL,
        since timestamptz NOT NULL,
        last_success_at timestamptz,
        votes jsonb NOT NULL,
        removed boolean NOT NULL DEFAULT false,
        position bigint NOT NULL,
        PRIMARY KEY (shard, change_seq)
      )`);
    await queryRunner.query('CREATE INDEX status_change_target ON status_change (target_key, change_seq DESC)');
    await queryRunner.query(`
      CREATE INDEX status_change_at ON status_change (at, shard, change_seq)
      WHERE from_status <> to_status AND NOT removed`);
    await queryRunner.query(`
      CREATE TABLE target_status (
        target_key integer PRIMARY KEY,
        shard smallint NOT NULL,
        change_seq bigint NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL,
        last_success_at timestamptz,
        votes jsonb NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE pair_verdict (
        target_key integer NOT NULL,
        agent_id uuid NOT NULL,
        check_no smallint NOT NULL,
        shard smallint NOT NULL,
        verdict text NOT NULL,
        reason text,
        since timestamptz,
        PRIMARY KEY (target_key, agent_id, check_no)
      )`);
    await queryRunner.query(`
      CREATE TABLE status_publication (
        shard smallint PRIMARY KEY,
        published_seq bigint NOT NULL
      )`);
  }

  readonly down = refuseDown;
}
