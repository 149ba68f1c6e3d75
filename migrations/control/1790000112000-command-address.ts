import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The probes of an address within the last minute are summed up for each new command. */
export class CommandAddress1790000112000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX command_of_address ON command (ip, requested_at)');
  }

  down = refuseDown;
}
