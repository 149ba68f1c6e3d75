import type * as contract from '@icmp-mon/maintenance/contract';
import { MAINTENANCE_LIMITS, SLA_CLASSES } from '@icmp-mon/maintenance/contract';
import { IsPlainLines, MayBeAbsent, MayBeNull, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { FILTER_LENGTH_MAX } from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';

export const ZONE_LENGTH_MAX = 64;
export const DATE = {
  ...{ minLength: 10, maxLength: 10, pattern: '^\\d{4}-\\d{2}-\\d{2}$', example: '2027-03-28' },
} as const;
const CLOCK = { minLength: 5, maxLength: 5, pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' } as const;

export const IsDay = (): PropertyDecorator =>
  Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a date such as 2027-03-28' });
const IsClockTime = (): PropertyDecorator =>
  Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: '$property must be a time of the clock from 00:00 to 23:59' });
const DAY_OFFSET = { type: 'integer', minimum: 0, maximum: MAINTENANCE_LIMITS.endDayOffset } as const;
const SCOPE = {
  ...{ minLength: 1, maxLength: FILTER_LENGTH_MAX, example: 'site=fra' },
  description: 'Filter of the targets: tags, and the fields ip, name, tier, vrf and owner.',
} as const;

/** Faults that depend on several members, on the zone or on the rule are found by `readDefinition`. */
export class ScheduleWindowRequest implements contract.ScheduleWindowRequest {
  @ApiProperty({ minLength: 1, maxLength: MAINTENANCE_LIMITS.titleLength, example: 'Line cards in Frankfurt' })
  @IsString()
  @Length(1, MAINTENANCE_LIMITS.titleLength)
  title!: string;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, minLength: 1, maxLength: MAINTENANCE_LIMITS.nameLength },
    description: 'Unique name, for configurations and imports.',
  })
  @MayBeNull()
  @IsString()
  name?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: MAINTENANCE_LIMITS.reasonLength })
  @MayBeNull()
  @IsString()
  reason?: string | null;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, minLength: 1, maxLength: MAINTENANCE_LIMITS.ticketLength },
    description: 'Reference to a ticket or an announcement.',
  })
  @MayBeNull()
  @IsString()
  ticket?: string | null;

  @ApiProperty(SCOPE)
  @IsString()
  @Length(1, FILTER_LENGTH_MAX)
  scope!: string;

  @ApiPropertyOptional({
    ...{ enum: SLA_CLASSES, default: 'excluded' },
    description: 'Whether the time counts in the availability that is reported.',
  })
  @MayBeAbsent()
  @IsIn(SLA_CLASSES)
  slaClass?: contract.SlaClass;

  @ApiProperty({
    minLength: 1,
    maxLength: ZONE_LENGTH_MAX,
    description: 'Zone of the tz database.',
    example: 'Europe/Berlin',
  })
  @IsString()
  @Length(1, ZONE_LENGTH_MAX)
  timeZone!: string;

  @ApiProperty({ ...DATE, description: 'First date; with a rule, the first date on which it may match.' })
  @IsDay()
  date!: string;

  @ApiProperty({ ...CLOCK, example: '02:00', description: 'As the clocks of the zone show it.' })
  @IsClockTime()
  startTime!: string;

  @ApiProperty({ ...CLOCK, example: '04:00', description: 'As the clocks of the zone show it; exclusive.' })
  @IsClockTime()
  endTime!: string;

  @ApiPropertyOptional({ ...DAY_OFFSET, default: 0, description: 'Days from the day of the start to that of the end.' })
  @MayBeAbsent()
  @IsInt()
  endDayOffset?: number;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, minLength: 1, maxLength: MAINTENANCE_LIMITS.rruleLength },
    ...{ example: 'FREQ=MONTHLY;BYDAY=1TU', description: 'Rule of RFC 5545 for the dates; null: on one date.' },
  })
  @MayBeNull()
  @IsString()
  rrule?: string | null;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, format: 'date-time' },
    description: 'When the work was announced; null: when the window was scheduled.',
  })
  @MayBeNull()
  @IsString()
  @MaxLength(TIME_TEXT_LENGTH_MAX)
  announcedAt?: string | null;
}

export class SilenceRequest implements contract.SilenceRequest {
  @ApiProperty(SCOPE)
  @IsString()
  @Length(1, FILTER_LENGTH_MAX)
  scope!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAINTENANCE_LIMITS.silenceMinutes, example: 120 })
  @IsInt()
  @Min(1)
  @Max(MAINTENANCE_LIMITS.silenceMinutes)
  minutes!: number;

  @ApiProperty({ minLength: 1, maxLength: MAINTENANCE_LIMITS.reasonLength })
  @IsString()
  @Length(1, MAINTENANCE_LIMITS.reasonLength)
  @IsPlainLines()
  reason!: string;
}

export class ChangeDateRequest implements contract.ChangeDateRequest {
  @ApiPropertyOptional({ description: 'Nothing happens on this date.' })
  @MayBeAbsent()
  @IsBoolean()
  skip?: boolean;

  @ApiPropertyOptional({ ...DATE, description: 'Day of the start; the date itself unless set.' })
  @MayBeAbsent()
  @IsDay()
  onDate?: string;

  @ApiPropertyOptional({ ...CLOCK, example: '03:00', description: 'As in the window unless set.' })
  @MayBeAbsent()
  @IsClockTime()
  startTime?: string;

  @ApiPropertyOptional({ ...CLOCK, example: '05:00', description: 'As in the window unless set.' })
  @MayBeAbsent()
  @IsClockTime()
  endTime?: string;

  @ApiPropertyOptional({ ...DAY_OFFSET, description: 'As in the window unless set.' })
  @MayBeAbsent()
  @IsInt()
  endDayOffset?: number;
}

const RECORD_TIME = { format: 'date-time', minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX } as const;

export class AmendOccurrenceRequest implements contract.AmendOccurrenceRequest {
  @ApiPropertyOptional({ ...RECORD_TIME, description: 'As recorded unless set.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  startsAt?: string;

  @ApiPropertyOptional({ ...RECORD_TIME, description: 'Exclusive, not in the future; as recorded unless set.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  endsAt?: string;

  @ApiPropertyOptional({ enum: SLA_CLASSES, description: 'As recorded unless set.' })
  @MayBeAbsent()
  @IsIn(SLA_CLASSES)
  slaClass?: contract.SlaClass;

  @ApiProperty({ minLength: 1, maxLength: MAINTENANCE_LIMITS.reasonLength })
  @IsString()
  @Length(1, MAINTENANCE_LIMITS.reasonLength)
  @IsPlainLines()
  reason!: string;
}

export class ExtendRequest implements contract.ExtendRequest {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAINTENANCE_LIMITS.spanMinutes, example: 30 })
  @IsInt()
  @Min(1)
  @Max(MAINTENANCE_LIMITS.spanMinutes)
  minutes!: number;
}
