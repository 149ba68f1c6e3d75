import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The category of the events that a read model follows, so that every process can count the events that wait for it. */
export class EventCursorCategory1790000076200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_cursor ADD COLUMN category text');
    // The existing ones are target-versions and tier-versions.
    await runner.query(`UPDATE event_cursor SET category = split_part(name, '-', 1)`);
    await runner.query('ALTER TABLE event_cursor ALTER COLUMN category SET NOT NULL');
  }

  down = refuseDown;
}
