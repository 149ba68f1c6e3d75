import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Checks that expect `unreachable`: their statuses, the numbered changes of these, and the evidence logs. */
export class StatusValidation1790000094000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE check_change (
        shard smallint NOT NULL,
        change_seq bigint NOT NULL,
        target_key integer NOT NULL,
        target_id uuid NOT NULL,
        ip inet NOT NULL,
        vrf text NOT NULL,
        tier text NOT NULL,
        check_no integer NOT NULL,
        type text NOT NULL,
        port integer,
        from_status text NOT NULL,
        to_status text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL,
        answer jsonb,
        chain bigint NOT NULL,
        entry integer NOT NULL,
        hash text NOT NULL,
        removed boolean NOT NULL DEFAULT false,
        position bigint NOT NULL,
        PRIMARY KEY (shard, change_seq)
      )`);
    await runner.query('CREATE INDEX check_change_check ON check_change (target_key, check_no, change_seq DESC)');
    await runner.query(`
      CREATE TABLE check_status (
        target_key integer NOT NULL,
        check_no integer NOT NULL,
        shard smallint NOT NULL,
        target_id uuid NOT NULL,
        ip inet NOT NULL,
        vrf text NOT NULL,
        tier text NOT NULL,
        type text NOT NULL,
        port integer,
        change_seq bigint NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL,
        last_proof_at timestamptz,
        last_answer jsonb,
        chain bigint NOT NULL,
        entries integer NOT NULL,
        hash text NOT NULL,
        open_entry jsonb NOT NULL,
        PRIMARY KEY (target_key, check_no)
      )`);
    await runner.query('CREATE INDEX check_status_shard ON check_status (shard)');
    await runner.query(`
      CREATE TABLE check_evidence (
        target_key integer NOT NULL,
        check_no integer NOT NULL,
        chain bigint NOT NULL,
        entry integer NOT NULL,
        shard smallint NOT NULL,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        line text NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (target_key, check_no, chain, entry)
      )`);
    // Rows come in the order of their times, so ranges of blocks do.
    await runner.query('CREATE INDEX check_evidence_ends_at ON check_evidence USING brin (ends_at)');
    await runner.query('CREATE TABLE check_publication (shard smallint PRIMARY KEY, published_seq bigint NOT NULL)');
  }
}
