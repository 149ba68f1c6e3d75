import type * as contract from '@icmp-mon/baselines/contract';
import { BASELINE_SOURCES, type BaselineSource, RECALCULATION_LIMITS } from '@icmp-mon/baselines/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';

const VRF_LENGTH_MAX = 64;
/** Numbers of checks are stored in 16 bits. */
const CHECK_NUMBER_MAX = 32_767;
const INSTANT = { type: 'string', format: 'date-time' } as const;
const INTEGER = { type: 'integer' } as const;
const UUID = { type: 'string', format: 'uuid' } as const;
const OF_TIER = { nullable: true, description: 'Null for the source tier.' } as const;

export class ReadPairBaselinesRequest {
  @ApiPropertyOptional({
    description: 'Required when the address exists in several VRFs.',
    ...{ minLength: 1, maxLength: VRF_LENGTH_MAX },
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;
}

export class ReadBaselineBandsRequest extends ReadPairBaselinesRequest {
  @ApiPropertyOptional({
    default: 'now-1d',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
    description: 'From this time on: ISO 8601, or now-6h.',
  })
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from: string = 'now-1d';

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
    description: 'Before this time.',
    default: 'now',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;

  @ApiPropertyOptional({ ...INTEGER, minimum: 1, maximum: CHECK_NUMBER_MAX, description: "Default: the tier's ping." })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(CHECK_NUMBER_MAX)
  check?: number;
}

class HoursLeftOutResponse implements contract.HoursLeftOut {
  @ApiProperty({ ...INTEGER, description: 'More than half of the rounds were missed.' }) outage!: number;
  @ApiProperty(INTEGER) maintenance!: number;
  @ApiProperty({ ...INTEGER, description: 'Always 0: hours in which the agent was set aside are not left out.' })
  isolated!: number;
  @ApiProperty({ ...INTEGER, description: 'The median was off the usual level.' }) offLevel!: number;
  @ApiProperty({ ...INTEGER, description: 'More losses than usual.' }) lossy!: number;
}

class BaselineCalculationResponse {
  @ApiProperty(INSTANT) computedAt!: string;
  @ApiProperty({ ...INTEGER, description: 'Number of the calculation of the shard; it grows.' }) run!: number;
  @ApiProperty(INTEGER) hoursUsed!: number;
  @ApiProperty(INSTANT) from!: string;
  @ApiProperty(INSTANT) to!: string;
  @ApiProperty() leftOut!: HoursLeftOutResponse;
  @ApiProperty({ description: 'It stays from an earlier calculation, because too few good hours are left.' })
  isKept!: boolean;
}

class CheckBaselineResponse implements contract.CheckBaseline {
  @ApiProperty(INTEGER) check!: number;
  @ApiProperty({
    enum: BASELINE_SOURCES,
    description: 'tier: neither the pair nor an agent of its region has a baseline; the limits of the tier apply.',
  })
  source!: BaselineSource;
  @ApiProperty({ ...INTEGER, ...OF_TIER }) medianUs!: number | null;
  @ApiProperty({ ...INTEGER, ...OF_TIER }) spreadUs!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Upper bound of the usual loss, 0 to 1.' })
  lossFloorRatio!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Mean number of rounds missed in a row.' })
  meanRun!: number | null;
  @ApiProperty({ ...INTEGER, ...OF_TIER }) samples!: number | null;
  @ApiProperty({ type: BaselineCalculationResponse, nullable: true, description: 'Null for other sources than pair.' })
  calculation!: BaselineCalculationResponse | null;
}

class BaselineLevelResponse {
  @ApiProperty(INTEGER) medianUs!: number;
  @ApiProperty(INTEGER) spreadUs!: number;
}

class BaselineShiftResponse implements contract.BaselineShift {
  @ApiProperty(INTEGER) check!: number;
  @ApiProperty({ ...INSTANT, description: 'First hour at the new level.' }) since!: string;
  @ApiProperty(INSTANT) adoptedAt!: string;
  @ApiProperty() before!: BaselineLevelResponse;
  @ApiProperty() after!: BaselineLevelResponse;
}

export class PairBaselinesResponse implements contract.PairBaselines {
  @ApiProperty(UUID) agentId!: string;
  @ApiProperty(UUID) targetId!: string;
  @ApiProperty({ type: [CheckBaselineResponse] }) checks!: CheckBaselineResponse[];
  @ApiProperty({ type: [BaselineShiftResponse], description: 'Newest first.' }) shifts!: BaselineShiftResponse[];
}

class BaselinePointResponse extends BaselineLevelResponse implements contract.BaselinePoint {
  @ApiProperty(INSTANT) at!: string;
  @ApiProperty() lossFloorRatio!: number;
}

class AgentBandResponse {
  @ApiProperty(UUID) agentId!: string;
  @ApiProperty({ type: String, nullable: true }) agentName!: string | null;
  @ApiProperty({ type: [BaselinePointResponse], description: 'Oldest first.' }) points!: BaselinePointResponse[];
}

export class BaselineBandsResponse implements contract.BaselineBands {
  @ApiProperty(UUID) targetId!: string;
  @ApiProperty(INTEGER) check!: number;
  @ApiProperty(INSTANT) from!: string;
  @ApiProperty(INSTANT) to!: string;
  @ApiProperty({ type: [AgentBandResponse] }) agents!: AgentBandResponse[];
  @ApiProperty({
    description: `False if there are more than ${RECALCULATION_LIMITS.points} points: ask for less time.`,
  })
  complete!: boolean;
}
