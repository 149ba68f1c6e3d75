import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class Maintenance1790000120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE maintenance_window (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        name text,
        definition jsonb NOT NULL,
        changes jsonb NOT NULL DEFAULT '{}',
        silenced jsonb,
        version bigint NOT NULL,
        scheduled_at timestamptz NOT NULL,
        cancelled_at timestamptz
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX maintenance_window_name ON maintenance_window (name) WHERE cancelled_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE maintenance_expansion (
        window_id uuid PRIMARY KEY,
        version bigint NOT NULL,
        until timestamptz NOT NULL,
        zone_data text NOT NULL,
        has_later boolean NOT NULL DEFAULT false
      )`);
    await runner.query(`
      CREATE TABLE maintenance_occurrence (
        window_id uuid NOT NULL,
        date date NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        scope text NOT NULL,
        sla_class text NOT NULL,
        time_zone text NOT NULL,
        moved boolean NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'planned',
        opened_at timestamptz,
        closed_at timestamptz,
        close_cause text,
        target_count integer,
        PRIMARY KEY (window_id, date)
      )`);
    await runner.query(
      `CREATE INDEX maintenance_occurrence_planned ON maintenance_occurrence (starts_at) WHERE state = 'planned'`,
    );
    await runner.query(
      `CREATE INDEX maintenance_occurrence_open ON maintenance_occurrence (ends_at) WHERE state = 'open'`,
    );
    await runner.query(
      `CREATE INDEX maintenance_occurrence_closed ON maintenance_occurrence (closed_at) WHERE state = 'closed'`,
    );
    await runner.query(
      'CREATE INDEX maintenance_occurrence_times ON maintenance_occurrence (starts_at, window_id, date)',
    );
    await runner.query(`
      CREATE TABLE maintenance_member (
        window_id uuid NOT NULL,
        date date NOT NULL,
        target_key integer NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz,
        PRIMARY KEY (window_id, date, target_key, from_at),
        FOREIGN KEY (window_id, date) REFERENCES maintenance_occurrence ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX maintenance_member_open ON maintenance_member (target_key) WHERE to_at IS NULL');
  }

  down = refuseDown;
}
