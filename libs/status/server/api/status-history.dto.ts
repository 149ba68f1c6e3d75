import {
  type Status,
  STATUS_REASONS,
  STATUS_VIEWS,
  type StatusCorrection,
  type StatusHistoryView,
  type StatusInterval,
  STATUSES,
  type StatusReason,
  type StatusView,
} from '@icmp-mon/status/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
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

  @ApiPropertyOptional({
    enum: STATUS_VIEWS,
    default: 'known',
    description: '`known`: the statuses as they were known then. `corrected`: with the corrections laid over them.',
  })
  @IsIn(STATUS_VIEWS)
  view: StatusView = 'known';
}

export class StatusCorrectionResponse implements StatusCorrection {
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time', description: 'Exclusive.' }) to!: string;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({ enum: STATUS_REASONS }) reason!: StatusReason;
  @ApiProperty({ description: 'From 1 per target; where several corrections have a time, the highest counts.' })
  revision!: number;
  @ApiProperty({ enum: ['late_results'], description: '`late_results`: results arrived too late to be judged.' })
  cause!: 'late_results';
  @ApiProperty({ type: [String], description: 'Agents whose results were late.' }) agentIds!: string[];
  @ApiProperty({ format: 'date-time' }) madeAt!: string;
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
  @ApiProperty({ enum: STATUS_VIEWS, description: 'Which of the two `items` are.' }) view!: StatusView;
  @ApiProperty({ type: [StatusCorrectionResponse], description: 'Corrections that touch the range.' })
  corrections!: StatusCorrectionResponse[];
  @ApiProperty({ description: 'Whether only the newest intervals or corrections are listed.' }) truncated!: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "Time up to which the target's shard has judged.",
  })
  asOf!: string | null;
}
