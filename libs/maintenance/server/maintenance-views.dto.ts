import type * as contract from '@icmp-mon/maintenance/contract';
import {
  CLOSE_CAUSES,
  MAINTENANCE_LIMITS,
  NOTICE_IMPACTS,
  NOTICE_STATUSES,
  OCCURRENCE_STATES,
  SLA_CLASSES,
  WINDOW_KINDS,
} from '@icmp-mon/maintenance/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const TIME = { format: 'date-time' } as const;
const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;
const TEXT_OR_NULL = { type: String, nullable: true } as const;
const CURSOR = { ...TEXT_OR_NULL, description: 'Cursor of the next page; null on the last page.' } as const;
const CLOCK_NOTES = ['in_gap', 'ambiguous'] as const;

export class EarlierTimesResponse {
  @ApiProperty(TIME) startsAt!: string;
  @ApiProperty(TIME) closedAt!: string;
  @ApiProperty({ enum: SLA_CLASSES }) slaClass!: contract.SlaClass;
}

export class OccurrenceResponse implements contract.OccurrenceView {
  @ApiProperty({ description: 'window@date', example: '01936d2e-7c1a-7b3e-9a51-0242ac120002@2027-03-28' }) id!: string;
  @ApiProperty({ format: 'uuid' }) windowId!: string;
  @ApiProperty({ format: 'date', description: 'Date by the rule; stays the same when the occurrence is moved.' })
  date!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ enum: WINDOW_KINDS }) kind!: contract.WindowKind;
  @ApiProperty() scope!: string;
  @ApiProperty({ enum: SLA_CLASSES }) slaClass!: contract.SlaClass;
  @ApiProperty({ enum: OCCURRENCE_STATES }) state!: contract.OccurrenceState;
  @ApiProperty(TIME) startsAt!: string;
  @ApiProperty({ ...TIME, description: 'Planned end, exclusive.' }) endsAt!: string;
  @ApiProperty() timeZone!: string;
  @ApiProperty({ description: 'It was moved from the times of the rule.' }) moved!: boolean;
  @ApiProperty(TIME_OR_NULL) openedAt!: string | null;
  @ApiProperty(TIME_OR_NULL) closedAt!: string | null;
  @ApiProperty({ enum: CLOSE_CAUSES, nullable: true }) closeCause!: contract.CloseCause | null;
  @ApiProperty({
    ...{ type: 'integer', nullable: true },
    description: 'Targets in it now, or at any time of a closed one; null before it opens.',
  })
  targetCount!: number | null;

  @ApiPropertyOptional({ ...TIME_OR_NULL, description: 'When its record was amended last.' }) amendedAt?: string | null;
  @ApiPropertyOptional({
    type: () => [EarlierTimesResponse],
    description: 'Former times at which it was open, if its window was amended after it had closed.',
  })
  earlier?: EarlierTimesResponse[];
}

export class WindowDefinitionResponse implements contract.WindowDefinition {
  @ApiProperty() title!: string;
  @ApiProperty(TEXT_OR_NULL) name!: string | null;
  @ApiProperty(TEXT_OR_NULL) reason!: string | null;
  @ApiProperty(TEXT_OR_NULL) ticket!: string | null;
  @ApiProperty() scope!: string;
  @ApiProperty({ enum: SLA_CLASSES }) slaClass!: contract.SlaClass;
  @ApiProperty({ example: 'Europe/Berlin' }) timeZone!: string;
  @ApiProperty({ format: 'date' }) date!: string;
  @ApiProperty({ example: '02:00' }) startTime!: string;
  @ApiProperty({ example: '04:00' }) endTime!: string;
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAINTENANCE_LIMITS.endDayOffset }) endDayOffset!: number;
  @ApiProperty(TEXT_OR_NULL) rrule!: string | null;
  @ApiProperty(TIME_OR_NULL) announcedAt!: string | null;
}

export class NoticeObjectResponse implements contract.NoticeObject {
  @ApiProperty({ description: 'X-MAINTNOTE-OBJECT-ID, such as a circuit.' }) id!: string;
  @ApiProperty({ enum: NOTICE_IMPACTS }) impact!: contract.NoticeImpact;
}

export class NoticeResponse implements contract.Notice {
  @ApiProperty() provider!: string;
  @ApiProperty() account!: string;
  @ApiProperty() maintenanceId!: string;
  @ApiProperty() uid!: string;
  @ApiProperty({ type: 'integer' }) sequence!: number;
  @ApiProperty(TIME_OR_NULL) stampedAt!: string | null;
  @ApiProperty({ enum: NOTICE_STATUSES }) status!: contract.NoticeStatus;
  @ApiProperty({ enum: NOTICE_IMPACTS }) impact!: contract.NoticeImpact;
  @ApiProperty({ type: [NoticeObjectResponse] }) objects!: NoticeObjectResponse[];
}

export class WindowResponse implements contract.WindowView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: WINDOW_KINDS }) kind!: contract.WindowKind;
  @ApiProperty({ type: WindowDefinitionResponse }) definition!: WindowDefinitionResponse;

  @ApiProperty({
    type: 'object',
    description:
      'Dates that differ from the rule, by date: kind skipped, or moved with onDate, startTime, endTime and endDayOffset.',
    additionalProperties: { type: 'object' },
  })
  changes!: Record<string, contract.DateChange>;

  @ApiProperty({ type: 'integer', description: 'Also the ETag.' }) version!: number;
  @ApiProperty(TIME) scheduledAt!: string;
  @ApiProperty({ enum: ['open', 'planned', 'over', 'cancelled'] }) state!: contract.WindowView['state'];
  @ApiProperty({
    type: OccurrenceResponse,
    nullable: true,
    description: 'The open occurrence, otherwise the next one.',
  })
  next!: OccurrenceResponse | null;

  @ApiProperty({
    ...{ type: NoticeResponse, nullable: true },
    description: "The carrier's latest notice, of a window that was imported.",
  })
  notice!: NoticeResponse | null;
}

export class WindowListResponse implements contract.WindowPage {
  @ApiProperty({ type: [WindowResponse] }) items!: WindowResponse[];
  @ApiProperty(CURSOR) next!: string | null;
}

export class OccurrenceListResponse implements contract.OccurrencePage {
  @ApiProperty({ type: [OccurrenceResponse] }) items!: OccurrenceResponse[];
  @ApiProperty(CURSOR) next!: string | null;
}

export class ClockTimesResponse {
  @ApiProperty({ example: '2027-03-28T03:00+02:00' }) start!: string;
  @ApiProperty({ example: '2027-03-28T04:00+02:00' }) end!: string;
}

export class PreviewedOccurrenceResponse implements contract.PreviewedOccurrence {
  @ApiProperty({ format: 'date' }) date!: string;
  @ApiProperty(TIME) startsAt!: string;
  @ApiProperty(TIME) endsAt!: string;
  @ApiProperty({ type: ClockTimesResponse }) inWindowZone!: ClockTimesResponse;
  @ApiProperty({ type: ClockTimesResponse }) inViewerZone!: ClockTimesResponse;
  @ApiProperty({
    ...{ enum: CLOCK_NOTES, nullable: true },
    description:
      'in_gap: the clocks skip this time, it begins after the gap. ambiguous: they show it twice, the earlier one is meant.',
  })
  startNote!: contract.ClockNote | null;

  @ApiProperty({ enum: CLOCK_NOTES, nullable: true, description: 'ambiguous: the later one is meant.' })
  endNote!: contract.ClockNote | null;

  @ApiProperty({ description: 'The clocks change during it, or at one of its ends.' }) crossesClockChange!: boolean;
  @ApiProperty({ type: 'integer', description: 'Real length.' }) minutes!: number;
}

export class WindowPreviewResponse implements contract.WindowPreview {
  @ApiProperty({ type: [PreviewedOccurrenceResponse] }) items!: PreviewedOccurrenceResponse[];
  @ApiProperty({ type: 'integer', description: 'Targets in the scope now.' }) targetCount!: number;
  @ApiProperty() timeZone!: string;
  @ApiProperty() viewerZone!: string;
}

export class RecordedTargetResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(TEXT_OR_NULL) name!: string | null;
}

export class OccurrenceTargetResponse implements contract.OccurrenceTarget {
  @ApiProperty({ type: 'integer' }) key!: number;
  @ApiProperty({ type: RecordedTargetResponse, nullable: true, description: 'Null for a target that was removed.' })
  target!: RecordedTargetResponse | null;

  @ApiProperty(TIME) from!: string;
  @ApiProperty({ ...TIME_OR_NULL, description: 'Null while it is in it.' }) to!: string | null;
}

export class OccurrenceTargetListResponse implements contract.OccurrenceTargetPage {
  @ApiProperty({ type: [OccurrenceTargetResponse] }) items!: OccurrenceTargetResponse[];
  @ApiProperty(CURSOR) next!: string | null;
}

class WindowChangeResponse implements contract.WindowChange {
  @ApiProperty(TIME) at!: string;
  @ApiProperty({ description: 'user:<id>, api-key:<id>, or a process.' }) by!: string;
  @ApiProperty(TEXT_OR_NULL) byName!: string | null;
  @ApiProperty({ example: 'amended the window "Line cards"' }) did!: string;
  @ApiProperty({ ...TEXT_OR_NULL, description: 'Date of the occurrence; null for the window itself.' })
  date!: string | null;
}

export class WindowChangeListResponse implements contract.WindowChangePage {
  @ApiProperty({ type: [WindowChangeResponse] }) items!: WindowChangeResponse[];
  @ApiProperty(CURSOR) next!: string | null;
}
