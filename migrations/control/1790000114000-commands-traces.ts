import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The trace of each agent for a command of the kind mtr, while it runs and afterwards. */
export class CommandsTraces1790000114000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE command_agent
        ADD COLUMN trace jsonb,
        ADD COLUMN names jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN progress integer NOT NULL DEFAULT 0`);
  }

  down = refuseDown;
}
