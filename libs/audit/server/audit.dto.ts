import {
  type AuditActor,
  type AuditChange,
  type AuditEntity,
  type AuditEntry,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  CAUSED_COUNT_MAX,
  EVENTS_PAGE_DEFAULT,
  EVENTS_PAGE_MAX,
} from '@icmp-mon/audit/contract';
import {
  HasNoControlCharacters,
  MayBeAbsent,
  TIME_TEXT_LENGTH_MAX,
  TrueOrFalseParameter,
  WholeNumberParameter,
} from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';

const NAME_LENGTH_MAX = 200;
const TYPES_LENGTH_MAX = 500;
const ID_LENGTH_MAX = 64;
const TIME = { minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX } as const;
const TEXT = { type: 'string', nullable: true } as const;

export class FilterEventsRequest implements AuditQuery {
  @ApiPropertyOptional({
    description:
      'Who did it: user:<id>, api-key:<id>, agent:<id>, cli:<user of the machine>, system:<part of the product>; or the name of a user, API key or agent.',
    example: 'ada',
    minLength: 1,
    maxLength: NAME_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, NAME_LENGTH_MAX)
  @HasNoControlCharacters()
  actor?: string;

  @ApiPropertyOptional({
    description: 'Kind of entity; GET /api/v1/events/kinds lists them.',
    example: 'target',
    minLength: 1,
    maxLength: ID_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  kind?: string;

  @ApiPropertyOptional({
    description:
      'Id of an entity of the kind, also of a removed one; or the address of a target (in any VRF, also of targets that had it), the name of an agent, user or API key.',
    example: '192.0.2.1',
    minLength: 1,
    maxLength: NAME_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, NAME_LENGTH_MAX)
  @HasNoControlCharacters()
  entity?: string;

  @ApiPropertyOptional({
    description: 'Comma-separated types of events; GET /api/v1/events/kinds lists them.',
    example: 'TargetChanged,TargetRemoved',
    minLength: 1,
    maxLength: TYPES_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TYPES_LENGTH_MAX)
  @Matches(/^\w+(,\w+)*$/, { message: 'event must be types of events separated by commas' })
  event?: string;

  @ApiPropertyOptional({ ...TIME, description: 'First time: ISO 8601, a date, or now-6h.', example: 'now-7d' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({ ...TIME, description: 'Time before which the events were.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;

  @ApiPropertyOptional({
    description: 'Only the events of one request and of its jobs. Not together with actor and entity.',
    minLength: 1,
    maxLength: ID_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @HasNoControlCharacters()
  correlation?: string;

  @ApiPropertyOptional({
    description:
      'Whether events that a bulk job or another event caused are left out; their cause is listed, with their number. Unless set: true for a list without ' +
      'entity and correlation, false otherwise and for an export.',
  })
  @MayBeAbsent()
  @TrueOrFalseParameter()
  @IsBoolean()
  folded?: boolean;
}

export class ListEventsRequest extends FilterEventsRequest {
  @ApiPropertyOptional({ description: 'The `next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;

  @ApiPropertyOptional({
    description:
      'The `newest` of the last answer: returns what was appended since, oldest first; each event exactly once. Instead of cursor.',
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  after?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: EVENTS_PAGE_MAX,
    description: `${EVENTS_PAGE_DEFAULT} unless set.`,
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(EVENTS_PAGE_MAX)
  limit?: number;
}

export class AuditActorResponse implements AuditActor {
  @ApiProperty({ description: 'Kind and id.', example: 'user:019ac0de-0000-7000-8000-000000000001' }) id!: string;
  @ApiProperty({ ...TEXT, description: 'Name of the user, API key or agent; null for others.' }) name!: string | null;
}

export class AuditEntityResponse implements AuditEntity {
  @ApiProperty({ example: 'target' }) kind!: string;
  @ApiProperty() id!: string;
  @ApiProperty({ ...TEXT, description: 'Address of a target, name of others; null if it has none.' })
  name!: string | null;
}

export class AuditChangeResponse implements AuditChange {
  @ApiProperty({ example: 'tag:site' }) field!: string;
  @ApiProperty({ ...TEXT, description: 'Null: none.' }) before!: string | null;
  @ApiProperty({ ...TEXT, description: 'Null: none. Erased personal data are "(erased)".' }) after!: string | null;
}

export class AuditEntryResponse implements AuditEntry {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty({ type: AuditActorResponse }) actor!: AuditActorResponse;
  @ApiProperty({ description: 'Type of the event.', example: 'TargetChanged' }) event!: string;
  @ApiProperty({ description: 'What the actor did, in words.', example: 'changed the target' }) did!: string;
  @ApiProperty({ type: AuditEntityResponse }) entity!: AuditEntityResponse;
  @ApiProperty({ type: 'integer', description: 'Version of the entity after the event.' }) version!: number;
  @ApiProperty({ type: [AuditChangeResponse], description: 'Fields that differ from the state before the event.' })
  changes!: AuditChangeResponse[];
  @ApiProperty({ description: 'The same for all events of a request and of its jobs.' }) correlationId!: string;
  @ApiProperty({ ...TEXT, description: 'Id of the bulk job or event that caused it.' }) causationId!: string | null;
  @ApiProperty({
    type: 'integer',
    description: `Events that jobs of the request caused, listed with correlation; ${CAUSED_COUNT_MAX} means that many or more.`,
  })
  causedCount!: number;
}

export class AuditPageResponse implements AuditPage {
  @ApiProperty({ type: [AuditEntryResponse] }) items!: AuditEntryResponse[];
  @ApiProperty({ ...TEXT, description: 'Cursor of older events; null on the last page, and with after.' })
  next!: string | null;
  @ApiProperty({ description: 'Pass it as after, to read what happens from now on.' }) newest!: string;
}

export class AuditKindResponse implements AuditKind {
  @ApiProperty() kind!: string;
  @ApiProperty({ type: [String], description: 'Types of its events.' }) events!: string[];
}

export class AuditKindsResponse {
  @ApiProperty({ type: [AuditKindResponse] }) items!: AuditKindResponse[];
}
