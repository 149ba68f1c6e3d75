import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class TiersTier1790000001100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tier (
        name text COLLATE "C" PRIMARY KEY,
        built_in boolean NOT NULL,
        policy jsonb NOT NULL,
        version bigint NOT NULL
      )`);
  }

  down = refuseDown;
}
