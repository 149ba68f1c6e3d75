import {
  type Status,
  STATUS_REASONS,
  type StatusHistoryView,
  type StatusInterval,
  STATUSES,
  type StatusReason,
} from '@icmp-mon/status/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { ReadTargetStatusRequest } from './status.dto';

export class ReadStatusHistoryRequest extends ReadTargetStatusRequest {
  @ApiPropertyOptional({
    description: 'From this time on: ISO 8601, or now-6h.',
    default: 'now-6h',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from: string = 'now-6h';

  @ApiPropertyOptional({
    description: 'Before this time: ISO 8601, now, or now-1h.',
    default: 'now',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;
}

export class StatusIntervalResponse implements StatusInterval {
  @ApiProperty({ format: 'date-time', description: 'Its start, which may be before the range.' }) from!: string;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null if it had not ended at the end of the range.',
  })
  to!: string | null;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({ enum: STATUS_REASONS }) reason!: StatusReason;
}

export class StatusHistoryResponse implements StatusHistoryView {
  @ApiProperty({ type: [StatusIntervalResponse] }) items!: StatusIntervalResponse[];
  @ApiProperty({ description: 'Whether only the newest intervals are listed.' }) truncated!: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "Time up to which the target's shard has judged.",
  })
  asOf!: string | null;
}
