import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class AssignmentFeed1790000001500 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Assignment's own copies of what it decides on: contexts hear of each other by events only.
    await queryRunner.query(`
      CREATE TABLE assignment_tier (
        name text PRIMARY KEY,
        policy jsonb NOT NULL,
        -- What agents see until the feed has published \`policy\`.
        published_policy jsonb,
        position bigint NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE assignment_agent (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        region text NOT NULL,
        provider text NOT NULL,
        tags jsonb NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE assignment_target (
        key bigint PRIMARY KEY,
        target_id uuid NOT NULL,
        ip text NOT NULL,
        vrf text NOT NULL,
        tier text NOT NULL,
        -- Null until the tier is known and the target was evaluated.
        selected uuid[]
      )`);
    await queryRunner.query('CREATE INDEX assignment_target_tier ON assignment_target (tier, key)');
    await queryRunner.query(`
      CREATE TABLE assignment (
        agent_id uuid NOT NULL,
        target_key bigint NOT NULL,
        tier text NOT NULL,
        ip text NOT NULL,
        shard integer NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (agent_id, target_key)
      )`);
    await queryRunner.query('CREATE INDEX assignment_position ON assignment (agent_id, position)');
    await queryRunner.query(`
      CREATE TABLE assignment_removed (
        agent_id uuid NOT NULL,
        target_key bigint NOT NULL,
        position bigint NOT NULL,
        removed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (agent_id, target_key)
      )`);
    await queryRunner.query('CREATE INDEX assignment_removed_position ON assignment_removed (agent_id, position)');
    await queryRunner.query('CREATE SEQUENCE shard_feed_position');
    await queryRunner.query(`
      CREATE TABLE shard_feed (
        position bigint PRIMARY KEY,
        shard integer NOT NULL,
        -- What the fact is about: an older fact of one subject and shard says nothing any more.
        subject text NOT NULL,
        fact jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query('CREATE INDEX shard_feed_subject ON shard_feed (subject, shard, position)');
    await queryRunner.query(`
      CREATE TABLE shard_feed_state (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        -- All facts up to here are acknowledged by Kafka.
        published bigint NOT NULL DEFAULT 0,
        -- Removals up to here are forgotten: an agent that is older needs everything anew.
        forgotten bigint NOT NULL DEFAULT 0
      )`);
    await queryRunner.query('INSERT INTO shard_feed_state DEFAULT VALUES');
  }

  down = refuseDown;
}
