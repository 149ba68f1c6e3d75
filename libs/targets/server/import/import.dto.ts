import { MayBeAbsent, TrueOrFalseParameter, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import type * as contract from '@icmp-mon/targets/contract';
import {
  IMPORT_FORMATS,
  IMPORT_LINES_PAGE_MAX,
  IMPORT_MEMBERS,
  IMPORT_MODES,
  IMPORT_OUTCOMES,
  type ImportFormat,
  type ImportMember,
  type ImportMode,
  type ImportOutcome,
  SOURCE_KINDS,
  type SourceKind,
} from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';

const TEXT = { type: 'string', nullable: true } as const;
/** A text, whether it is paused, its parents, or its tags. */
const VALUE = {
  oneOf: [
    { type: 'string' },
    { type: 'boolean' },
    { type: 'array', items: { type: 'string' } },
    { type: 'object', additionalProperties: { type: 'string' } },
  ],
  nullable: true,
};

export class ImportTargetsRequest implements contract.ImportQuery {
  @ApiPropertyOptional({
    enum: IMPORT_MODES,
    description: 'upsert (unless set) also changes targets that exist; create refuses their lines.',
  })
  @MayBeAbsent()
  @IsIn(IMPORT_MODES)
  mode?: ImportMode;

  @ApiPropertyOptional({ type: 'boolean', description: 'The job finds out what it would do, and changes nothing.' })
  @MayBeAbsent()
  @TrueOrFalseParameter()
  @IsBoolean()
  dryRun?: boolean;
}

export class ListImportLinesRequest {
  @ApiPropertyOptional({ enum: IMPORT_OUTCOMES, description: 'Only lines with this outcome.' })
  @MayBeAbsent()
  @IsIn(IMPORT_OUTCOMES)
  outcome?: ImportOutcome;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: IMPORT_LINES_PAGE_MAX,
    description: '100 unless set.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(IMPORT_LINES_PAGE_MAX)
  limit?: number;

  @ApiPropertyOptional({ description: 'The `next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

class ImportSourceResponse implements NonNullable<contract.ImportOrder['source']> {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
}

export class ImportOrderResponse implements contract.ImportOrder {
  @ApiProperty({ enum: [...IMPORT_FORMATS, ...SOURCE_KINDS], description: 'Of an inventory source, its kind.' })
  format!: ImportFormat | SourceKind;
  @ApiProperty({ enum: IMPORT_MODES }) mode!: ImportMode;
  @ApiProperty() dryRun!: boolean;
  @ApiProperty({ type: 'integer', description: 'Size of the file; 0 for an inventory source.' }) bytes!: number;
  @ApiPropertyOptional({ type: ImportSourceResponse, description: 'The inventory source; absent for a file.' })
  source?: ImportSourceResponse;
}

class ImportChangeResponse implements contract.ImportChange {
  @ApiProperty({ enum: IMPORT_MEMBERS }) member!: ImportMember;
  @ApiProperty(VALUE)
  before!: unknown;
  @ApiProperty(VALUE)
  after!: unknown;
}

class ImportLineResponse implements contract.ImportLine {
  @ApiProperty({ type: 'integer', description: 'Number of the line in the file, from 1.' }) line!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ enum: IMPORT_OUTCOMES, description: 'waiting: the job has not reached the line.' })
  outcome!: ImportOutcome;
  @ApiProperty({ ...TEXT, format: 'uuid' }) targetId!: string | null;
  @ApiProperty({ type: [ImportChangeResponse], description: 'Of a changed target.' }) changes!: ImportChangeResponse[];
  @ApiProperty({ ...TEXT, description: 'Column or member for which the line was refused.' }) column!: string | null;
  @ApiProperty({ ...TEXT, description: 'Why the line was refused.' }) reason!: string | null;
}

export class ImportLinePageResponse implements contract.ImportLinePage {
  @ApiProperty({ type: [ImportLineResponse] }) items!: ImportLineResponse[];
  @ApiProperty({ ...TEXT, description: 'Cursor of the next page; null on the last page.' }) next!: string | null;
}
