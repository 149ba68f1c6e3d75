import { IsPlainText, MayBeAbsent, MayBeNull } from '@icmp-mon/platform/http';
import { PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import type * as contract from '@icmp-mon/targets/contract';
import {
  EXISTING_ACTIONS,
  type ExistingAction,
  LEFT_ACTIONS,
  LEFT_SHARE_PERCENT,
  type LeftAction,
  SOURCE_CREDENTIAL_LENGTH_MAX,
  SOURCE_INTERVAL_S,
  SOURCE_KINDS,
  SOURCE_LOCATION_LENGTH_MAX,
  SOURCE_NAME_LENGTH_MAX,
  SOURCE_PATH_LENGTH_MAX,
  SOURCE_QUERY_LENGTH_MAX,
  SOURCE_STATUSES_MAX,
  type SourceKind,
} from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IDENTIFIER, IDENTIFIER_LENGTH_MAX, IDENTIFIER_MESSAGE } from '@icmp-mon/targets/wire';

const TEXT = { type: 'string', nullable: true } as const;
const PATHS = { type: 'object', additionalProperties: { type: 'string' }, nullable: true } as const;
const { min: INTERVAL_MIN, max: INTERVAL_MAX, unlessSet: INTERVAL } = SOURCE_INTERVAL_S;
const { min: SHARE_MIN, max: SHARE_MAX, unlessSet: SHARE } = LEFT_SHARE_PERCENT;
const STATUS = /^[a-z0-9_-]{1,50}$/;
const LOCATION =
  'netbox: the address of NetBox; http_sd: the URL of the list; file_sd: a path below the folder of the worker, with one * in its last part.';

export class DefineSourceRequest implements contract.DefineSourceRequest {
  @ApiProperty({
    minLength: 1,
    maxLength: SOURCE_NAME_LENGTH_MAX,
    description: `Text with ${PLAIN_TEXT_RULE}.`,
    example: 'NetBox',
  })
  @IsString()
  @Length(1, SOURCE_NAME_LENGTH_MAX)
  @IsPlainText()
  name!: string;

  @ApiProperty({ enum: SOURCE_KINDS })
  @IsIn(SOURCE_KINDS)
  kind!: SourceKind;

  @ApiProperty({
    minLength: 1,
    maxLength: SOURCE_LOCATION_LENGTH_MAX,
    description: LOCATION,
    example: 'https://netbox.example.net',
  })
  @IsString()
  @Length(1, SOURCE_LOCATION_LENGTH_MAX)
  @IsPlainText()
  location!: string;

  @ApiProperty({
    minLength: 1,
    maxLength: IDENTIFIER_LENGTH_MAX,
    description: 'Tier of the targets that the source creates.',
    example: 'standard',
  })
  @IsString()
  @Length(1, IDENTIFIER_LENGTH_MAX)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier!: string;

  @ApiPropertyOptional({
    description: 'Whether the source runs at its interval; false unless set, for a dry run first.',
  })
  @MayBeAbsent()
  @IsBoolean()
  isEnabled?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: INTERVAL_MIN,
    maximum: INTERVAL_MAX,
    description: `${INTERVAL} unless set.`,
  })
  @MayBeAbsent()
  @IsInt()
  @Min(INTERVAL_MIN)
  @Max(INTERVAL_MAX)
  intervalS?: number;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: IDENTIFIER_LENGTH_MAX,
    description: 'VRF of entries that name none; default unless set.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, IDENTIFIER_LENGTH_MAX)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: SOURCE_STATUSES_MAX,
    description: 'netbox: statuses that are taken; active unless set, all if empty.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(SOURCE_STATUSES_MAX)
  @ArrayUnique()
  @Matches(STATUS, { each: true, message: 'statuses must be values of NetBox, such as active' })
  statuses?: string[];

  @ApiPropertyOptional({
    maxLength: SOURCE_QUERY_LENGTH_MAX,
    description: 'netbox: filter parameters that are sent to it.',
    example: 'tenant=acme&tag=monitored',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(SOURCE_QUERY_LENGTH_MAX)
  query?: string;

  @ApiPropertyOptional({
    ...TEXT,
    minLength: 1,
    maxLength: SOURCE_PATH_LENGTH_MAX,
    description: 'Field or label with the name; null for none. Unless set dns_name for netbox, otherwise none.',
  })
  @MayBeNull()
  @IsString()
  @Length(1, SOURCE_PATH_LENGTH_MAX)
  nameFrom?: string | null;

  @ApiPropertyOptional({
    ...PATHS,
    description:
      'Fields or labels by the tag that they set. Unless set tenant, role, device and tags of netbox, or all labels without __.',
    example: { site: 'custom_fields.site' },
  })
  @MayBeNull()
  @IsObject()
  tagsFrom?: Record<string, string> | null;

  @ApiPropertyOptional({
    enum: EXISTING_ACTIONS,
    description:
      'Listed addresses that are targets without a source: adopt takes them over, leave (unless set) refuses them.',
  })
  @MayBeAbsent()
  @IsIn(EXISTING_ACTIONS)
  existing?: ExistingAction;

  @ApiPropertyOptional({
    enum: LEFT_ACTIONS,
    description: 'What happens to targets that left the list; keep unless set.',
  })
  @MayBeAbsent()
  @IsIn(LEFT_ACTIONS)
  left?: LeftAction;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: SHARE_MIN, maximum: SHARE_MAX },
    description: `Share of the targets of the source that one run may pause or remove, in percent; ${SHARE} unless set.`,
  })
  @MayBeAbsent()
  @IsInt()
  @Min(SHARE_MIN)
  @Max(SHARE_MAX)
  leftSharePercent?: number;

  @ApiPropertyOptional({
    ...{ ...TEXT, minLength: 1, maxLength: SOURCE_CREDENTIAL_LENGTH_MAX },
    description:
      'Token of NetBox, or bearer token. Stored encrypted; no answer contains it. Absent in a change: it stays; null: removed.',
  })
  @MayBeNull()
  @IsString()
  @Length(1, SOURCE_CREDENTIAL_LENGTH_MAX)
  credential?: string | null;
}
