import { HasNoControlCharacters, MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { TAG_KEY, TAG_TARGETS_MAX, type TagCount, type TagList, type TagListQuery } from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import { TAGS_MAX } from './list-tags';

export class ListTagsRequest implements TagListQuery {
  @ApiPropertyOptional({
    description: 'Key whose values are listed, in any case; without it, keys are listed.',
    example: 'site',
    pattern: TAG_KEY.source,
    maxLength: 63,
  })
  @MayBeAbsent()
  @IsString()
  @Matches(TAG_KEY, { message: `key must be the key of a tag: ${TARGET_TAGS.keyWords}` })
  key?: string;

  @ApiPropertyOptional({
    description: 'How the keys or values begin, ignoring case.',
    example: 'fr',
    maxLength: TARGET_TAGS.valueLengthMax,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(TARGET_TAGS.valueLengthMax)
  @HasNoControlCharacters()
  prefix?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: TAGS_MAX, description: '20 unless set.' })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(TAGS_MAX)
  limit?: number;
}

export class TagCountResponse implements TagCount {
  @ApiProperty({ description: 'The key or the value, as a target has it.', example: 'fra' }) text!: string;
  @ApiProperty({
    type: 'integer',
    maximum: TAG_TARGETS_MAX,
    description: 'Number of targets that have it, in any case; the maximum means as many or more.',
  })
  targets!: number;
}

export class TagListResponse implements TagList {
  @ApiProperty({ type: [TagCountResponse], description: 'In alphabetical order, ignoring case.' })
  items!: TagCountResponse[];
  @ApiProperty({ description: 'Whether there are more than these: a longer prefix selects fewer.' })
  isPartial!: boolean;
}
