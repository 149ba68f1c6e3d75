import { MayBeAbsent, TrueOrFalseParameter, WholeNumberParameter } from '@icmp-mon/platform/http';
import {
  type ChangeSourceRequest as SourceChange,
  type RunSourceQuery,
  SOURCE_TARGETS_MAX,
} from '@icmp-mon/targets/contract';
import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { DefineSourceRequest } from './source-requests.dto';

/** Null is a value here: it removes a name or a credential. */
export class ChangeSourceRequest
  extends PartialType(DefineSourceRequest, { skipNullProperties: false })
  implements SourceChange {}

export class RunSourceRequest implements RunSourceQuery {
  @ApiPropertyOptional({ type: 'boolean', description: 'Finds out what the run would do, and changes nothing.' })
  @MayBeAbsent()
  @TrueOrFalseParameter()
  @IsBoolean()
  dryRun?: boolean;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: SOURCE_TARGETS_MAX },
    description: 'left of an earlier run: up to this number of targets that left the list are paused or removed.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(SOURCE_TARGETS_MAX)
  confirmedLeft?: number;
}
