import {
  CERTIFICATE_END_MAX,
  CHECK_TYPES,
  type CheckType,
  type HttpPhases,
  OUTCOME_NAMES,
  type OutcomeName,
  DISBELIEF_REASONS,
  type DisbeliefReason,
  type PacketCounts,
  type ProbeResult,
} from '@icmp-mon/probing/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, MaxLength, Min } from 'class-validator';

const VRF_LENGTH_MAX = 64;
/** Numbers of checks are stored in 16 bits. */
export const CHECK_NUMBER_MAX = 32_767;
export const RESULTS_LIMIT_MAX = 1_000;
const LIMIT_DEFAULT = 100;

/** Parameter of all routes below a target. */
export const TARGET_PARAMETER = {
  name: 'id',
  description: 'Id of the target, or its address.',
  schema: { type: 'string' },
} as const;

export class FollowResultsRequest {
  @ApiPropertyOptional({
    description: 'Required when the address exists in several VRFs.',
    minLength: 1,
    maxLength: VRF_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;

  /** Declared so that validation accepts it; it is read from the request itself. */
  @ApiPropertyOptional({ maxLength: CURSOR_LENGTH_MAX, description: 'For clients that cannot send Last-Event-ID.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  lastEventId?: string;
}

export class ListResultsRequest {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: RESULTS_LIMIT_MAX,
    default: LIMIT_DEFAULT,
    description: 'Results per page.',
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(RESULTS_LIMIT_MAX)
  limit: number = LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;

  @ApiPropertyOptional({
    description: 'From this time on: ISO 8601, or now-6h.',
    example: 'now-6h',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({
    description: 'Before this time: ISO 8601, now, or now-1h.',
    example: 'now',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;

  @ApiPropertyOptional({
    description: 'Required when the address exists in several VRFs.',
    minLength: 1,
    maxLength: VRF_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: CHECK_NUMBER_MAX,
    description: 'Number of a check in the tier; all checks unless set.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(CHECK_NUMBER_MAX)
  check?: number;
}

class PacketCountsResponse implements PacketCounts {
  @ApiProperty({ type: 'integer' }) sent!: number;
  @ApiProperty({ type: 'integer' }) received!: number;
}

const CERTIFICATE_END = `Null without TLS. At most ${CERTIFICATE_END_MAX}, also if it ends later.`;
const PHASE = { type: 'integer', nullable: true } as const;

class HttpPhasesResponse implements HttpPhases {
  @ApiProperty({ ...PHASE, description: 'Until the TCP connection was established.' }) connectUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the TLS handshake was complete.' }) tlsUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the first byte of the response.' }) firstByteUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the body was read.' }) totalUs!: number | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: CERTIFICATE_END })
  certificateEndsAt!: string | null;
}

/** The contract's types for the OpenAPI document. */
export class ProbeResultResponse implements ProbeResult {
  @ApiProperty({ format: 'date-time', description: 'When the probe was sent, corrected by the clock of the agent.' })
  at!: string;
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() agentName!: string;
  @ApiProperty({ description: 'Number of the check in its tier.' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES, nullable: true, description: 'Null for a check that the tier no longer has.' })
  type!: CheckType | null;
  @ApiProperty({ enum: OUTCOME_NAMES }) outcome!: OutcomeName;
  @ApiProperty({ type: Number, nullable: true, description: 'Microseconds; null unless the outcome is a reply.' })
  rttUs!: number | null;
  @ApiPropertyOptional({ type: PacketCountsResponse, description: 'Only of pings of several packets.' })
  packets?: PacketCountsResponse;
  @ApiPropertyOptional({
    type: HttpPhasesResponse,
    description:
      'Only of http checks: microseconds since the start of the request; null for a phase that was not reached.',
  })
  phases?: HttpPhasesResponse;
  @ApiPropertyOptional({
    enum: [...DISBELIEF_REASONS, 'unknown'],
    description:
      'Why the result is no evidence about the target: it is stored and not judged. `unknown`: a newer reason.',
  })
  notBelieved?: DisbeliefReason | 'unknown';
  @ApiPropertyOptional({
    type: Boolean,
    enum: [true],
    description: 'The probe confirmed a first miss: it is judged, and left out of figures about loss and round trips.',
  })
  confirming?: true;
}

export class ResultPageResponse {
  @ApiProperty({ type: [ProbeResultResponse] }) items!: ProbeResultResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}
