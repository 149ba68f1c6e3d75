import type * as contract from '@icmp-mon/targets/contract';
import { SHOWN_REASONS, type ShownReason, type Status, STATUSES } from '@icmp-mon/status/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { IsPlainText, IsTagChanges, IsTags, MayBeAbsent, MayBeNull } from '@icmp-mon/platform/http';
import { PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IDENTIFIER, IDENTIFIER_MESSAGE } from './identifier';
import { TARGET_TAGS } from './tags';

const AS_OF = { type: 'string', format: 'date-time', nullable: true } as const;
const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } } as const;

export class RegisterTargetRequest implements contract.RegisterTargetRequest {
  @ApiProperty({ description: 'One IPv4 or IPv6 address, written in full.', example: '192.0.2.7', maxLength: 64 })
  @IsString()
  @MaxLength(64)
  ip!: string;

  @ApiProperty({ description: 'Name of a tier.', example: 'standard', minLength: 1, maxLength: 63 })
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier!: string;

  @ApiPropertyOptional({ description: '"default" unless set.', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 200, description: `Text with ${PLAIN_TEXT_RULE}.` })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsPlainText()
  name?: string;

  @ApiPropertyOptional(TAGS_SCHEMA)
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  tags?: Record<string, string>;
}

export class ChangeTargetRequest implements contract.ChangeTargetRequest {
  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 200,
    description: `Text with ${PLAIN_TEXT_RULE}; null removes the name.`,
    example: 'edge-fra-1',
  })
  @MayBeNull()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsPlainText()
  name?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    description: 'Absent tags stay unchanged; null removes a tag.',
    example: { role: 'edge', site: null },
  })
  @MayBeAbsent()
  @IsTagChanges(TARGET_TAGS)
  tags?: Record<string, string | null>;

  @ApiPropertyOptional({ description: 'Name of a tier.', example: 'fast', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;
}

export class TargetReferenceRequest {
  @ApiPropertyOptional({
    description: 'Selects the target if the address is in several VRFs.',
    minLength: 1,
    maxLength: 63,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;
}

export class TargetResponse implements TargetView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: 'integer', description: 'Never reused; identifies the target in results and events.' })
  key!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: 'string', nullable: true }) name!: string | null;
  @ApiProperty(TAGS_SCHEMA) tags!: Record<string, string>;
  @ApiProperty() tier!: string;
  @ApiProperty({ format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ type: 'integer', description: 'Version of the target; also its ETag.' }) version!: number;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({
    type: 'string',
    enum: SHOWN_REASONS,
    nullable: true,
    description:
      'Null until the target is judged for the first time. not_judged: its shard has not been judged for three intervals of its tier.',
  })
  reason!: ShownReason | null;
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true }) since!: string | null;
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Last success before the latest status change. A target that is up has newer successes: see its status.',
  })
  lastSuccessAt!: string | null;
  @ApiProperty({ ...AS_OF, description: "Time up to which the target's shard has judged." }) asOf!: string | null;
}
