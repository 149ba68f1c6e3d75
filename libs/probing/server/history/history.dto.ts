import { type HistoryPage, type HistoryPoint, type Resolution, RESOLUTIONS } from '@icmp-mon/probing/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { CHECK_NUMBER_MAX } from '../results/results.dto';
import { type AskedResolution, ASKED_RESOLUTIONS } from './resolution';

const VRF_LENGTH_MAX = 64;

/** Range, VRF and check of a history. */
export class HistoryRangeRequest {
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
    description: 'Number of a check in the tier; the ping, or without one the first check, unless set.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(CHECK_NUMBER_MAX)
  check?: number;
}

export class ReadHistoryRequest extends HistoryRangeRequest {
  @ApiPropertyOptional({
    description:
      'Length of the windows: five minutes, or an hour, a day, a month in UTC. `auto` selects the finest one that has at most ' +
      'about a thousand points and is still stored that far back. At most 10,000 points.',
    enum: ASKED_RESOLUTIONS,
    default: 'auto',
  })
  @IsIn(ASKED_RESOLUTIONS)
  resolution: AskedResolution = 'auto';
}

export const US = { type: Number, nullable: true, description: 'Microseconds; null without a reply.' } as const;

/** The contract's types for the OpenAPI document. */
export class HistoryPointResponse implements HistoryPoint {
  @ApiProperty({ format: 'date-time', description: 'Start of the window.' }) at!: string;
  @ApiProperty({ description: 'Length of the window; months vary.' }) windowMs!: number;
  @ApiProperty() sent!: number;
  @ApiProperty() lost!: number;
  @ApiProperty({ description: 'Probes without evidence about the target; not included in `sent`.' }) notSent!: number;
  @ApiProperty({ type: Number, nullable: true }) lossRatio!: number | null;
  @ApiProperty(US) rttMinUs!: number | null;
  @ApiProperty(US) rttAvgUs!: number | null;
  @ApiProperty(US) rttP10Us!: number | null;
  @ApiProperty(US) rttP25Us!: number | null;
  @ApiProperty(US) rttP50Us!: number | null;
  @ApiProperty(US) rttP75Us!: number | null;
  @ApiProperty(US) rttP90Us!: number | null;
  @ApiProperty(US) rttP95Us!: number | null;
  @ApiProperty(US) rttP99Us!: number | null;
  @ApiProperty(US) rttMaxUs!: number | null;
  @ApiProperty(US) jitterUs!: number | null;
}

export class HistoryResponse implements HistoryPage {
  @ApiProperty({ type: [HistoryPointResponse] }) items!: HistoryPointResponse[];
  @ApiProperty({ enum: RESOLUTIONS, description: 'Length of the windows.' }) resolution!: Resolution;
}
