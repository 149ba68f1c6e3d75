import type { AmendOccurrenceRequest, OccurrenceView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { amendMembers } from '../occurrences/amend-members';
import { databaseNow } from '../occurrences/database-now';
import { amendRecord, OCCURRENCE, occurrenceId } from '../occurrences/occurrence';
import { lockWindow } from './lock-window';
import { type OccurrenceRecord, readAmendment } from './read-amendment';
import { OCCURRENCE_COLUMNS, type OccurrenceRow, occurrenceView } from './window-rows';

/** Corrects the record of a closed occurrence, with the times at which its targets were in it. */
export class AmendOccurrence extends Command<OccurrenceView> {
  constructor(
    readonly id: string,
    readonly date: string,
    readonly request: AmendOccurrenceRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(AmendOccurrence)
export class AmendOccurrenceHandler implements ICommandHandler<AmendOccurrence> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`; `conflict` for one that has not closed; `invalid` */
  execute({ id, date, request, metadata }: AmendOccurrence): Promise<OccurrenceView> {
    return this.database.transaction(async (sql) => {
      await lockWindow(sql, id);
      const [record] = await sql.query<OccurrenceRecord>(
        `SELECT state, starts_at AS "startsAt", closed_at AS "closedAt", sla_class AS "slaClass",
           earlier -> -1 ->> 'closedAt' AS "formerEnd"
         FROM maintenance_occurrence WHERE window_id = $1 AND date = $2::date FOR UPDATE`,
        [id, date],
      );
      if (record === undefined) throw new DomainError('not_found', `The window has no occurrence of ${date}.`);
      const amended = readAmendment(record, request, await databaseNow(sql));
      const targetCount = await amendMembers(sql, { windowId: id, date }, record, amended);
      const { startsAt, closedAt, slaClass } = amended;
      const data = {
        ...{ windowId: id, date, startsAt: startsAt.toISOString(), closedAt: closedAt.toISOString(), slaClass },
        ...{ reason: request.reason, targetCount },
      };
      await this.store.executeWithin(sql, OCCURRENCE, occurrenceId(id, date), (state) => amendRecord(state, data), {
        metadata,
      });
      const [row] = await sql.query<OccurrenceRow>(
        `SELECT ${OCCURRENCE_COLUMNS} FROM maintenance_occurrence o WHERE o.window_id = $1 AND o.date = $2::date`,
        [id, date],
      );
      const view = occurrenceView(row);
      await keepAnswer(sql, view);
      return view;
    });
  }
}
