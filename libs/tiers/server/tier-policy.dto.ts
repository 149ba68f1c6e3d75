import { CHECK_TYPES, type CheckType } from '@icmp-mon/probing/contract';
import type * as contract from '@icmp-mon/tiers/contract';
import {
  EXPECTATIONS,
  INDEPENDENT_VOTERS,
  PING_LIMITS,
  QUERY_TYPES,
  RESPONSE_CODES,
  RULE_DEFAULTS,
  SCHEMES,
  STRATEGIES,
  TIER_LIMITS,
  TIER_NAME,
  TIER_NAME_RULE,
} from '@icmp-mon/tiers/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, IsString, Matches } from 'class-validator';

const whole = ({ min, max }: { min: number; max: number }) =>
  ({ type: 'integer', minimum: min, maximum: max }) as const;
const COUNT = whole(TIER_LIMITS.count);
const MISSES = whole(TIER_LIMITS.misses);
const TAGS = {
  type: 'object',
  additionalProperties: { type: 'string', maxLength: TIER_LIMITS.tagValueLength },
  example: { uplink: 'fibre' },
} as const;

class CheckRequest implements contract.CheckRequest {
  @ApiPropertyOptional({
    ...whole({ min: 1, max: TIER_LIMITS.checkNumber }),
    description: 'Number of the check; a new check gets one.',
  })
  check?: number;

  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty({ enum: EXPECTATIONS }) expect!: contract.Expectation;

  @ApiPropertyOptional({ ...whole(PING_LIMITS.packets), description: 'icmp_ping: packets of one ping; 1 unless set.' })
  packets?: number;

  @ApiPropertyOptional({
    ...whole(PING_LIMITS.size),
    description: 'icmp_ping: bytes of data per packet, without the headers of ICMP and IP; 56 unless set.',
  })
  size?: number;

  @ApiPropertyOptional({ ...whole(PING_LIMITS.dscp), description: 'icmp_ping: 0 unless set.', example: 46 })
  dscp?: number;

  @ApiPropertyOptional({ description: 'icmp_ping: packets must not be fragmented.' }) dontFragment?: boolean;
  @ApiPropertyOptional({
    maxLength: 45,
    description: 'icmp_ping: address of the agent to ping from, for targets of its family.',
    example: '192.0.2.10',
  })
  source?: string;

  @ApiPropertyOptional({ ...whole({ min: 1, max: 65_535 }), description: 'tcp_connect (required), http, dns.' })
  port?: number;

  @ApiPropertyOptional({ enum: SCHEMES, description: 'http (required).' }) scheme?: contract.CheckRequest['scheme'];
  @ApiPropertyOptional({ maxLength: 1_000, description: 'http: path, with its leading slash.', example: '/health' })
  path?: string;

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

  @ApiPropertyOptional({ maxLength: 253, description: 'dns (required).', example: 'example.net' }) queryName?: string;
  @ApiPropertyOptional({ enum: QUERY_TYPES, description: 'dns (required).' })
  queryType?: contract.CheckRequest['queryType'];
  @ApiPropertyOptional({ enum: RESPONSE_CODES, description: 'dns: NOERROR unless set.' })
  rcode?: contract.CheckRequest['rcode'];

  @ApiPropertyOptional({ maxLength: 255, description: 'dns: data of a record in the answer.', example: '192.0.2.1' })
  answer?: string;
}

class DiversityRequest implements contract.Diversity {
  @ApiProperty(COUNT) minRegions!: number;
  @ApiProperty(COUNT) minProviders!: number;
}

class AgentSelectionRequest implements contract.AgentSelectionRequest {
  @ApiProperty({ enum: STRATEGIES }) strategy!: contract.AgentSelection['strategy'];

  @ApiPropertyOptional({ ...COUNT, description: 'Number of agents per target, for distributed; 1 unless set.' })
  count?: number;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: TIER_LIMITS.textLength },
    maxItems: TIER_LIMITS.regions,
    uniqueItems: true,
    description: 'Regions to select agents of; all unless set.',
  })
  regions?: string[];

  @ApiPropertyOptional({ ...TAGS, description: 'Tags that an agent must have.' }) requireTags?: Record<string, string>;
  @ApiPropertyOptional({ ...TAGS, description: 'Tags that an agent must not have.', example: { uplink: 'satellite' } })
  excludeTags?: Record<string, string>;

  @ApiPropertyOptional({ type: DiversityRequest, description: 'No demand unless set.' }) diversity?: DiversityRequest;
}

class DegradedLimitsRequest implements Partial<contract.DegradedLimits> {
  @ApiPropertyOptional({
    ...whole(TIER_LIMITS.latencyMs),
    nullable: true,
    description: 'Median of three; null unless set.',
  })
  latencyMs?: number | null;

  @ApiPropertyOptional({
    ...whole(TIER_LIMITS.lossPercent),
    nullable: true,
    description: `Loss that is still normal; ${RULE_DEFAULTS.degraded.lossPercent} unless set.`,
  })
  lossPercent?: number | null;
}

class VerdictRuleRequest implements contract.VerdictRuleRequest {
  @ApiProperty(MISSES) missesToFail!: number;
  @ApiProperty(MISSES) successesToRecover!: number;
  @ApiProperty({ oneOf: [{ type: 'string', enum: ['majority'] }, COUNT], example: 'majority' })
  quorum!: contract.VerdictRule['quorum'];

  @ApiPropertyOptional({
    type: DegradedLimitsRequest,
    description: "Limits above which an agent's verdict is degraded while its baseline is not known.",
  })
  degraded?: DegradedLimitsRequest;

  @ApiPropertyOptional({
    enum: INDEPENDENT_VOTERS,
    description: 'providers, regions: the agents of one provider, or region, are one voter; none unless set.',
  })
  independentVoters?: contract.IndependentVoters;

  @ApiPropertyOptional({ description: 'Stored, without effect: baselines do not follow the hour of the week.' })
  hourOfWeek?: boolean;

  @ApiPropertyOptional({ description: 'Whether three more probes confirm a first miss; true unless set.' })
  confirm?: boolean;
}

/** The pipe lets the members through; `readPolicy` of the contract checks them. */
export class TierPolicyRequest implements contract.TierPolicyRequest {
  @ApiProperty({ ...whole(TIER_LIMITS.probeIntervalMs), example: 15_000 }) @Allow() probeIntervalMs!: number;

  @ApiProperty({ ...whole(TIER_LIMITS.probeTimeoutMs), description: 'Shorter than the interval.', example: 1_000 })
  @Allow()
  probeTimeoutMs!: number;

  @ApiProperty({ type: [CheckRequest], minItems: 1, maxItems: TIER_LIMITS.checks.max })
  @Allow()
  checks!: CheckRequest[];

  @ApiProperty({ type: AgentSelectionRequest }) @Allow() agentSelection!: AgentSelectionRequest;
  @ApiProperty({ type: VerdictRuleRequest }) @Allow() verdictRule!: VerdictRuleRequest;
}

export class CreateTierRequest extends TierPolicyRequest implements contract.CreateTierRequest {
  @ApiProperty({ minLength: 1, maxLength: 63, description: `A name ${TIER_NAME_RULE}.`, example: 'gold' })
  @IsString()
  @Matches(TIER_NAME, { message: `name ${TIER_NAME_RULE}` })
  name!: string;
}
