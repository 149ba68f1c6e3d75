import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CONSUMER_OFFSET_TABLE } from '../consumer-offset-table';
import { refuseDown } from '../forward-only';

export class TelemetryConsumerOffset1790000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CONSUMER_OFFSET_TABLE);
  }

  down = refuseDown;
}
