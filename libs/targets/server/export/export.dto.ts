import { MayBeAbsent, TrueOrFalseParameter } from '@icmp-mon/platform/http';
import { FILTER_LENGTH_MAX, IMPORT_FORMATS, type ImportFormat } from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString } from 'class-validator';

export class ExportFilterRequest {
  @ApiPropertyOptional({
    description: 'Only targets of this filter (docs/filter-language.md); all unless set.',
    maxLength: FILTER_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  filter?: string;
}

export class ExportTargetsRequest extends ExportFilterRequest {
  @ApiPropertyOptional({ enum: IMPORT_FORMATS, description: 'csv unless set.' })
  @MayBeAbsent()
  @IsIn(IMPORT_FORMATS)
  format?: ImportFormat;

  @ApiPropertyOptional({
    type: 'boolean',
    description:
      'Each line has the version of its target, and an import of it changes only targets that still have it. Not with csv.',
  })
  @MayBeAbsent()
  @TrueOrFalseParameter()
  @IsBoolean()
  versions?: boolean;
}

/** A group of Prometheus' `http_sd_configs`. */
export class TargetGroupResponse {
  @ApiProperty({ type: [String], description: 'The address of one target.' }) targets!: string[];
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) labels!: Record<string, string>;
}
