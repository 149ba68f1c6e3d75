import type { HistoryPoint } from '@icmp-mon/probing/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { TIME_TEXT_LENGTH_MAX } from './time-range';

const VRF_LENGTH_MAX = 64;

export class HistoryQuery {
  @ApiPropertyOptional({ description: 'From this time on: ISO 8601, or now-6h.', default: 'now-6h' })
  @IsString()
  @MaxLength(TIME_TEXT_LENGTH_MAX)
  from: string = 'now-6h';

  @ApiPropertyOptional({ description: 'Before this time: ISO 8601, now, or now-1h.', default: 'now' })
  @IsOptional()
  @IsString()
  @MaxLength(TIME_TEXT_LENGTH_MAX)
  to?: string;

  @ApiPropertyOptional({ description: 'Chooses where the address is in several VRFs.' })
  @IsOptional()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;
}

const US = { type: Number, nullable: true, description: 'Microseconds; null where nothing was answered.' } as const;

/** The contract's types as the OpenAPI document shows them. */
export class HistoryPointDocument implements HistoryPoint {
  @ApiProperty({ format: 'date-time', description: 'Start of the window.' }) at!: string;
  @ApiProperty() windowMs!: number;
  @ApiProperty() sent!: number;
  @ApiProperty() lost!: number;
  @ApiProperty({ description: 'Probes that say nothing of the target; not in `sent`.' }) notSent!: number;
  @ApiProperty({ type: Number, nullable: true }) lossRatio!: number | null;
  @ApiProperty(US) rttMinUs!: number | null;
  @ApiProperty(US) rttAvgUs!: number | null;
  @ApiProperty(US) rttP50Us!: number | null;
  @ApiProperty(US) rttP95Us!: number | null;
  @ApiProperty(US) rttP99Us!: number | null;
  @ApiProperty(US) rttMaxUs!: number | null;
  @ApiProperty(US) jitterUs!: number | null;
}

export class HistoryDocument {
  @ApiProperty({ type: [HistoryPointDocument] }) items!: HistoryPointDocument[];
  @ApiProperty({ description: 'Length of the windows.' }) windowMs!: number;
}
