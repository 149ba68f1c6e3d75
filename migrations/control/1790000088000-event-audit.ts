import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * Indexes of the audit. Each ends with the position, so that the newest events of one type, by an actor or of a request, are read in the
 * order of a page; an event with a cause is listed with its cause. The fourth finds the positions of a time range.
 */
export class EventAudit1790000088000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX event_of_type ON event (((metadata ->> 'causationId') IS NOT NULL), type, position)`);
    await runner.query(`
      CREATE INDEX event_of_actor ON event
      ((metadata ->> 'actor'), ((metadata ->> 'causationId') IS NOT NULL), type, position)`);
    await runner.query(`
      CREATE INDEX event_of_correlation ON event
      ((metadata ->> 'correlationId'), ((metadata ->> 'causationId') IS NOT NULL), type, position)`);
    await runner.query('CREATE INDEX event_occurred ON event (occurred_at)');
    // Finds the targets that ever had an address.
    await runner.query(`CREATE INDEX event_target_address ON event ((data ->> 'ip')) WHERE type = 'TargetRegistered'`);
  }

  down = refuseDown;
}
