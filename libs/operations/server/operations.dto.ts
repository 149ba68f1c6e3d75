import {
  type DeadLetterList,
  type DeadLetterView,
  type FigureUnit,
  type HealthColumn,
  type HealthPart,
  type HealthRow,
  HEALTH_STATES,
  type HealthState,
  type HealthView,
  type ReplayRequest,
  type ReplayResult,
} from '@icmp-mon/operations/contract';
import { TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { LETTERS_MAX } from './dead-letters/list-dead-letters';

const UNITS: FigureUnit[] = ['text', 'count', 'seconds', 'bytes', 'bytesPerDay', 'days', 'instant'];
const INSTANT = { format: 'date-time' } as const;
const NULLABLE_INSTANT = { type: String, format: 'date-time', nullable: true } as const;
/** Kafka partition numbers are signed 32-bit integers. */
const PARTITION_MAX = 2 ** 31 - 1;
const TOPIC_LENGTH_MAX = 249;

/** The contract's types as the OpenAPI document shows them. */
export class HealthColumnResponse implements HealthColumn {
  @ApiProperty() key!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ enum: UNITS }) unit!: FigureUnit;
}

export class HealthRowResponse implements HealthRow {
  @ApiProperty({ enum: HEALTH_STATES }) state!: HealthState;
  @ApiProperty({
    type: 'object',
    description: 'Figures by column key; null is unknown.',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
  })
  values!: Record<string, string | number | null>;
}

export class HealthPartResponse implements HealthPart {
  @ApiProperty({ example: 'shards' }) id!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ enum: HEALTH_STATES }) state!: HealthState;
  @ApiProperty() summary!: string;
  @ApiProperty({ type: String, nullable: true, description: 'What to do about it; null when nothing.' }) advice!:
    string | null;
  @ApiProperty({ description: 'Path and anchor of the runbook section, below docs/.' }) runbook!: string;
  @ApiProperty(INSTANT) readAt!: string;
  @ApiProperty({ ...NULLABLE_INSTANT, description: 'Since when the part is unknown.' }) unknownSince!: string | null;
  @ApiProperty({ type: [HealthColumnResponse] }) columns!: HealthColumnResponse[];
  @ApiProperty({ type: [HealthRowResponse], description: 'Worst first, at most 64.' }) rows!: HealthRowResponse[];
  @ApiProperty({ type: 'integer' }) rowsOmitted!: number;
}

export class HealthResponse implements HealthView {
  @ApiProperty(INSTANT) at!: string;
  @ApiProperty({ enum: HEALTH_STATES }) state!: HealthState;
  @ApiProperty() headline!: string;
  @ApiProperty({ type: [HealthPartResponse], description: 'Worst first.' }) parts!: HealthPartResponse[];
}

class WaitingLettersResponse {
  @ApiProperty() topic!: string;
  @ApiProperty({ type: 'integer' }) waiting!: number;
}

class LetterOriginResponse {
  @ApiProperty({ type: 'integer' }) partition!: number;
  @ApiProperty({ type: 'integer' }) offset!: number;
}

export class DeadLetterResponse implements DeadLetterView {
  @ApiProperty({ description: 'The topic from which it was consumed.' }) topic!: string;
  @ApiProperty({ type: 'integer' }) partition!: number;
  @ApiProperty({ type: 'integer' }) offset!: number;
  @ApiProperty(NULLABLE_INSTANT) at!: string | null;
  @ApiProperty({ type: String, nullable: true }) cause!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The consumer group that could not process it.' }) group!:
    string | null;
  @ApiProperty({ type: LetterOriginResponse, nullable: true }) origin!: LetterOriginResponse | null;
  @ApiProperty({ type: String, nullable: true }) key!: string | null;
  @ApiProperty({ type: 'integer' }) sizeBytes!: number;
  @ApiProperty({ description: 'The first 512 bytes; binary data in hexadecimal.' }) preview!: string;
}

export class DeadLetterListResponse implements DeadLetterList {
  @ApiProperty({ type: [WaitingLettersResponse] }) topics!: WaitingLettersResponse[];
  @ApiProperty({ type: [DeadLetterResponse] }) items!: DeadLetterResponse[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass as `cursor` to get the next page; null on the last page.',
  })
  next!: string | null;
}

export class ListDeadLettersRequest {
  @ApiPropertyOptional({
    example: TARGETS_TOPIC,
    description: 'Only dead letters of this topic (the topic from which they were consumed).',
    minLength: 1,
    maxLength: TOPIC_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TOPIC_LENGTH_MAX)
  topic?: string;

  @ApiPropertyOptional({ description: 'The `next` of the previous page.', minLength: 1, maxLength: 512 })
  @MayBeAbsent()
  @IsString()
  @Length(1, 512)
  cursor?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LETTERS_MAX,
    default: 50,
    description: 'Messages per page.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LETTERS_MAX)
  limit?: number;
}

export class ReplayDeadLettersRequest implements ReplayRequest {
  @ApiProperty({
    example: TARGETS_TOPIC,
    description: 'The topic from which they were consumed.',
    minLength: 1,
    maxLength: TOPIC_LENGTH_MAX,
  })
  @IsString()
  @Length(1, TOPIC_LENGTH_MAX)
  topic!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: PARTITION_MAX,
    default: 0,
    description: 'Partition of the dead-letter topic.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(PARTITION_MAX)
  partition?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Offset of one letter in the dead-letter topic; unless set, all letters of the topic are replayed.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number;
}

export class ReplayDeadLettersResponse implements ReplayResult {
  @ApiProperty() topic!: string;
  @ApiProperty({ type: 'integer' }) replayed!: number;
  @ApiProperty({ type: 'integer', description: 'How many dead letters of the topic still wait for replay.' })
  left!: number;
}
