import type * as contract from '@icmp-mon/targets/contract';
import { NOTES_LENGTH_MAX, PARENTS_MAX } from '@icmp-mon/targets/contract';
import { IsPlainLines, IsPlainText, IsTagChanges, IsTags, MayBeAbsent, MayBeNull } from '@icmp-mon/platform/http';
import { PLAIN_LINES_RULE, PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IDENTIFIER, IDENTIFIER_MESSAGE, TARGET_TAGS } from '@icmp-mon/targets/wire';

const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } } as const;

const IP = { description: 'One IPv4 or IPv6 address, written in full.', example: '192.0.2.1', maxLength: 64 } as const;
const NAME = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: `Text with ${PLAIN_TEXT_RULE}.`,
  example: 'edge-fra-1',
} as const;
const OWNER = {
  ...NAME,
  description: `Who is responsible: text with ${PLAIN_TEXT_RULE}.`,
  example: 'core team',
} as const;
const NOTES = {
  type: 'string',
  minLength: 1,
  maxLength: NOTES_LENGTH_MAX,
  description: `Of several lines: ${PLAIN_LINES_RULE}.`,
  example: 'Console server 7, port 12',
} as const;
const PAUSED = { type: 'boolean', description: 'Whether no agent probes the target.', example: false } as const;
const PARENTS = {
  type: 'array',
  items: { type: 'string', minLength: 1, maxLength: 64 },
  maxItems: PARENTS_MAX,
  description: 'The targets that it depends on: ids, or addresses in the VRF of the target. A cycle is refused.',
  example: ['192.0.2.254'],
} as const;

/** Members that requests of all kinds have. */
const IsParents = (): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    ArrayMaxSize(PARENTS_MAX),
    IsString({ each: true }),
    MinLength(1, { each: true }),
    MaxLength(64, { each: true }),
  );
const IsName = (): PropertyDecorator => applyDecorators(IsString(), MinLength(1), MaxLength(200), IsPlainText());
const IsNotes = (): PropertyDecorator =>
  applyDecorators(IsString(), MinLength(1), MaxLength(NOTES_LENGTH_MAX), IsPlainLines());

export class RegisterTargetRequest implements contract.RegisterTargetRequest {
  @ApiProperty({ ...IP, example: '192.0.2.7' })
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

  @ApiPropertyOptional(NAME)
  @MayBeAbsent()
  @IsName()
  name?: string;

  @ApiPropertyOptional(TAGS_SCHEMA)
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  tags?: Record<string, string>;

  @ApiPropertyOptional(PAUSED)
  @MayBeAbsent()
  @IsBoolean()
  paused?: boolean;

  @ApiPropertyOptional(PARENTS)
  @MayBeAbsent()
  @IsParents()
  parents?: string[];

  @ApiPropertyOptional(NOTES)
  @MayBeAbsent()
  @IsNotes()
  notes?: string;

  @ApiPropertyOptional(OWNER)
  @MayBeAbsent()
  @IsName()
  owner?: string;
}

/** Members that a change and a replacement have; null removes a text. */
class TargetMembersRequest {
  @ApiPropertyOptional({ ...NAME, nullable: true })
  @MayBeNull()
  @IsName()
  name?: string | null;

  @ApiPropertyOptional(PAUSED)
  @MayBeAbsent()
  @IsBoolean()
  paused?: boolean;

  @ApiPropertyOptional(PARENTS)
  @MayBeAbsent()
  @IsParents()
  parents?: string[];

  @ApiPropertyOptional({ ...NOTES, nullable: true })
  @MayBeNull()
  @IsNotes()
  notes?: string | null;

  @ApiPropertyOptional({ ...OWNER, nullable: true })
  @MayBeNull()
  @IsName()
  owner?: string | null;
}

export class ChangeTargetRequest extends TargetMembersRequest implements contract.ChangeTargetRequest {
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

export class ReplaceTargetRequest extends TargetMembersRequest implements contract.ReplaceTargetRequest {
  @ApiPropertyOptional({ ...IP, description: 'May be given, but must be the address of the target.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  ip?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63, description: 'May be given, but must be the VRF of the target.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiProperty({ description: 'Name of a tier.', example: 'standard', minLength: 1, maxLength: 63 })
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier!: string;

  @ApiPropertyOptional(TAGS_SCHEMA)
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  tags?: Record<string, string>;
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
