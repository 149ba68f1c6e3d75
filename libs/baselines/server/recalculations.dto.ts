import type * as contract from '@icmp-mon/baselines/contract';
import { RECALCULATION_LIMITS, RECALCULATION_STATES, type RecalculationState } from '@icmp-mon/baselines/contract';
import { MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsInt, IsUUID, Min } from 'class-validator';

const INSTANT = { type: 'string', format: 'date-time' } as const;
const INTEGER = { type: 'integer' } as const;
const UUID = { type: 'string', format: 'uuid' } as const;

export class RecalculateRequest implements contract.RecalculateRequest {
  @ApiPropertyOptional({
    ...{ type: [Number], items: { ...INTEGER, minimum: 0 }, minItems: 1, maxItems: RECALCULATION_LIMITS.shards },
    description: 'Only these shards.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(RECALCULATION_LIMITS.shards)
  @IsInt({ each: true })
  @Min(0, { each: true })
  shards?: number[];

  @ApiPropertyOptional({
    ...{ type: [String], items: UUID, minItems: 1, maxItems: RECALCULATION_LIMITS.targets },
    description: 'Only the shards of these targets, by their ids.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(RECALCULATION_LIMITS.targets)
  @IsUUID(undefined, { each: true })
  targets?: string[];

  @ApiPropertyOptional({
    default: false,
    description: 'Forgets the former baselines of the targets, or of all: the latest hours are usual.',
  })
  @MayBeAbsent()
  @IsBoolean()
  forget?: boolean;
}

export class RecalculationResponse implements contract.Recalculation {
  @ApiProperty(UUID) id!: string;
  @ApiProperty({ enum: RECALCULATION_STATES }) state!: RecalculationState;
  @ApiProperty() request!: RecalculateRequest;
  @ApiProperty(INTEGER) shards!: number;
  @ApiProperty(INTEGER) shardsDone!: number;
  @ApiProperty({ ...INTEGER, description: 'Pairs with a baseline of their own, in the shards that are done.' })
  pairs!: number;
  @ApiProperty() requestedBy!: string;
  @ApiProperty(INSTANT) requestedAt!: string;
  @ApiProperty({ ...INSTANT, nullable: true }) finishedAt!: string | null;
}

export class RecalculationListResponse {
  @ApiProperty({ type: [RecalculationResponse] }) items!: RecalculationResponse[];
}
