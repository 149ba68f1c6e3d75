import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';
import { LEASE_TABLE } from '../lease-table';

export class TelemetryLease1790000000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LEASE_TABLE);
  }

  down = refuseDown;
}
