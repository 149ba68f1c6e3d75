import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Which results each process can read: earlier releases do not report it, and read details up to kind 2. */
export class OperationsDetailKinds1790000122000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE app_process ADD COLUMN detail_kind_max integer NOT NULL DEFAULT 2');
  }
}
