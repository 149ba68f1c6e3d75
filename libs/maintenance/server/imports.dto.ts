import type * as contract from '@icmp-mon/maintenance/contract';
import { NOTICE_ACTIONS, NOTICE_IMPACTS, NOTICE_STATUSES, NOTICE_TAG } from '@icmp-mon/maintenance/contract';
import { MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { ZONE_LENGTH_MAX } from './maintenance.dto';
import { NoticeObjectResponse } from './maintenance-views.dto';
import { CALENDAR_LIMITS } from './notices/content-lines';

const TAG_LENGTH_MAX = 63;
const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;

export class ImportNoticesRequest implements contract.ImportNoticesRequest {
  @ApiProperty({
    ...{ minLength: 1, maxLength: CALENDAR_LIMITS.length },
    description: 'Text of an .ics file with notices of the MAINTNOTE standard.',
    example: 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n…\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  })
  @IsString()
  @Length(1, CALENDAR_LIMITS.length)
  calendar!: string;

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: TAG_LENGTH_MAX, default: NOTICE_TAG },
    description: 'Key of the tag whose values are the ids of objects. Ids that are addresses are those of targets.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TAG_LENGTH_MAX)
  tag?: string;

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: ZONE_LENGTH_MAX, default: 'UTC' },
    description: 'Zone of times that have none.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, ZONE_LENGTH_MAX)
  timeZone?: string;
}

export class NoticeKeyResponse implements contract.NoticeKey {
  @ApiProperty() provider!: string;
  @ApiProperty() account!: string;
  @ApiProperty() maintenanceId!: string;
  @ApiProperty() uid!: string;
}

export class MappedObjectResponse extends NoticeObjectResponse implements contract.MappedObject {
  @ApiProperty({ description: 'The scope of the window has it; those without impact are left out if others have one.' })
  isCovered!: boolean;
  @ApiProperty({ type: 'integer', description: 'Targets that have it now; 0: it maps to no target.' })
  targetCount!: number;
}

export class ImportedNoticeResponse implements contract.ImportedNotice {
  @ApiProperty({ type: NoticeKeyResponse, nullable: true, description: 'Null for an event that is not a notice.' })
  notice!: NoticeKeyResponse | null;

  @ApiProperty() summary!: string;
  @ApiProperty({ enum: NOTICE_STATUSES, nullable: true }) status!: contract.NoticeStatus | null;
  @ApiProperty({ enum: NOTICE_IMPACTS, nullable: true }) impact!: contract.NoticeImpact | null;
  @ApiProperty(TIME_OR_NULL) startsAt!: string | null;
  @ApiProperty(TIME_OR_NULL) endsAt!: string | null;
  @ApiProperty({ type: [MappedObjectResponse] }) objects!: MappedObjectResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Filter of the targets.' }) scope!: string | null;
  @ApiProperty({
    enum: NOTICE_ACTIONS,
    description:
      'What the import does, or did. none: it is known already, older than what is known, or over. refused: it cannot be imported.',
  })
  action!: contract.NoticeAction;

  @ApiProperty({ description: 'Why it is this action.' }) why!: string;
  @ApiProperty({ type: [String], description: 'What to look at, such as objects that map to no target.' })
  notes!: string[];

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Its window; null without one.' })
  windowId!: string | null;
}

export class NoticeImportResponse implements contract.NoticeImport {
  @ApiProperty({ type: [ImportedNoticeResponse] }) items!: ImportedNoticeResponse[];
}
