import type * as contract from '@icmp-mon/commands/contract';
import {
  AGENT_CHOICES,
  type AgentChoice,
  COMMAND_KINDS,
  COMMAND_LIMITS,
  type CommandKind,
  TRACE_TIMEOUT_MS,
} from '@icmp-mon/commands/contract';
import { IsPlainText, MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { type CheckParameters, PING_LIMITS, QUERY_TYPES, RESPONSE_CODES, SCHEMES } from '@icmp-mon/tiers/contract';
import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const TARGET_LENGTH_MAX = 64;
const LIST = { max: 500, default: 50 } as const;
const whole = ({ min, max }: { min: number; max: number }) =>
  ({ type: 'integer', minimum: min, maximum: max }) as const;

/** As a check of the same type has them; `readCheckParameters` of the tiers' contract checks them. */
export class CommandParametersRequest implements CheckParameters {
  @ApiPropertyOptional({ ...whole({ min: 1, max: 65_535 }), description: 'tcp_connect (required), http, dns.' })
  port?: number;

  @ApiPropertyOptional({ enum: SCHEMES, description: 'http (required).' }) scheme?: (typeof SCHEMES)[number];
  @ApiPropertyOptional({ maxLength: 1_000, description: 'http: path, with its leading slash.' }) path?: string;
  @ApiPropertyOptional({ maxLength: 253, description: 'http: host of the request; the address unless set.' })
  host?: string;

  @ApiPropertyOptional({ ...whole({ min: 100, max: 599 }), description: 'http: 200 to 399 unless set.' })
  status?: number;

  @ApiPropertyOptional({ maxLength: 200, description: 'http: text in the first 64 KiB of the body.' })
  contains?: string;

  @ApiPropertyOptional({
    ...whole({ min: 1, max: 365 }),
    description: 'http: days that the certificate is still valid.',
  })
  certificateDays?: number;

  @ApiPropertyOptional({ ...whole(PING_LIMITS.size), description: 'icmp_ping: bytes of data.' }) size?: number;
  @ApiPropertyOptional({ ...whole(PING_LIMITS.dscp), description: 'icmp_ping.' }) dscp?: number;
  @ApiPropertyOptional({ description: 'icmp_ping: routers must not divide the packets.' }) dontFragment?: boolean;
  @ApiPropertyOptional({ description: 'icmp_ping: address of the agent to send from.' }) source?: string;

  @ApiPropertyOptional({ maxLength: 253, description: 'dns (required).', example: 'example.net' }) queryName?: string;
  @ApiPropertyOptional({ enum: QUERY_TYPES, description: 'dns (required).' }) queryType?: (typeof QUERY_TYPES)[number];
  @ApiPropertyOptional({ enum: RESPONSE_CODES, description: 'dns: response code that the answer must have.' })
  rcode?: (typeof RESPONSE_CODES)[number];

  @ApiPropertyOptional({ maxLength: 255, description: 'dns: data of a record that must be in the answer.' })
  answer?: string;
}

export class RequestCommandRequest implements contract.RequestCommandRequest {
  @ApiProperty({ enum: COMMAND_KINDS, example: 'icmp_ping' }) @IsIn(COMMAND_KINDS) kind!: CommandKind;

  @ApiProperty({ minLength: 1, maxLength: TARGET_LENGTH_MAX, description: 'Id or address.', example: '192.0.2.1' })
  @IsString()
  @Length(1, TARGET_LENGTH_MAX)
  @IsPlainText()
  target!: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 64,
    description: 'Required when the address exists in several VRFs.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  vrf?: string;

  @ApiPropertyOptional({ type: CommandParametersRequest })
  @MayBeAbsent()
  @IsObject()
  parameters?: CommandParametersRequest;

  @ApiPropertyOptional({
    ...{ type: 'array', minItems: 1, maxItems: COMMAND_LIMITS.agents, items: { type: 'string', format: 'uuid' } },
    uniqueItems: true,
    description: 'Only these agents.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(COMMAND_LIMITS.agents)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  agents?: string[];

  @ApiPropertyOptional({
    ...{ enum: AGENT_CHOICES, default: 'assigned' },
    description:
      'Which agents, unless they are listed: the ones selected for the target, one of each region or provider, all.',
  })
  @MayBeAbsent()
  @IsIn(AGENT_CHOICES)
  choice?: AgentChoice;

  @ApiPropertyOptional({
    ...whole(COMMAND_LIMITS.count),
    description: 'Probes per agent, of mtr rounds; unless set 4 for icmp_ping, 10 for mtr, 1 for others.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(COMMAND_LIMITS.count.min)
  @Max(COMMAND_LIMITS.count.max)
  count?: number;

  @ApiPropertyOptional({
    ...whole(COMMAND_LIMITS.timeoutMs),
    description: `${COMMAND_LIMITS.timeoutMs.default} unless set; mtr always waits ${TRACE_TIMEOUT_MS}.`,
  })
  @MayBeAbsent()
  @IsInt()
  @Min(COMMAND_LIMITS.timeoutMs.min)
  @Max(COMMAND_LIMITS.timeoutMs.max)
  timeoutMs?: number;

  @ApiPropertyOptional({
    ...{ ...whole(COMMAND_LIMITS.expiresInS), default: COMMAND_LIMITS.expiresInS.default },
    description: 'Seconds after which an agent that has not answered no longer runs it.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(COMMAND_LIMITS.expiresInS.min)
  @Max(COMMAND_LIMITS.expiresInS.max)
  expiresInS?: number;
}

export class RequestTraceRequest
  extends PickType(RequestCommandRequest, ['agents', 'choice', 'count', 'expiresInS'] as const)
  implements contract.RequestTraceRequest {}

export class ListCommandsRequest {
  @ApiPropertyOptional({
    ...whole({ min: 1, max: LIST.max }),
    default: LIST.default,
    description: 'Commands per page.',
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LIST.max)
  limit: number = LIST.default;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: TARGET_LENGTH_MAX,
    description: 'Only of this target: id or address.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TARGET_LENGTH_MAX)
  target?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 64,
    description: 'Required when the address exists in several VRFs.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  vrf?: string;
}

export class FollowCommandRequest {
  /** Declared so that validation accepts it; it is read from the request itself. */
  @ApiPropertyOptional({ maxLength: CURSOR_LENGTH_MAX, description: 'For clients that cannot send Last-Event-ID.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  lastEventId?: string;
}
