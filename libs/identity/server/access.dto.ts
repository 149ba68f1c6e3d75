import type * as contract from '@icmp-mon/identity/contract';
import {
  type ApiKeyView,
  type IssuedApiKey,
  type LoginView,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type Permission,
  PERMISSIONS,
  type Role,
  ROLES,
} from '@icmp-mon/identity/contract';
import { IsPlainText, MayBeAbsent, OrNull } from '@icmp-mon/platform/http';
import { FILTER_LENGTH_MAX } from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';

const KEY_NAME_LENGTH_MAX = 100;
const KEY_DAYS_MAX = 3_650;
/** Scope of a new account. */
export const NEW_SCOPE = {
  maxLength: FILTER_LENGTH_MAX,
  description:
    'Filter (docs/filter-language.md) of tags, ip, name, tier, vrf and owner that limits the caller to the targets that it selects.',
} as const;
/** Scope in an answer. */
export const SCOPE = {
  type: 'string',
  nullable: true,
  description: 'Filter of the only targets that the caller sees; null without a limit.',
} as const;
const INSTANT = { type: 'string', format: 'date-time' } as const;
const NEW_PASSWORD = { minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX, format: 'password' } as const;

export class ChangePasswordRequest implements contract.ChangePasswordRequest {
  @ApiProperty({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX, format: 'password' })
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH_MAX)
  currentPassword!: string;

  @ApiProperty(NEW_PASSWORD)
  @IsString()
  @MinLength(PASSWORD_LENGTH_MIN)
  @MaxLength(PASSWORD_LENGTH_MAX)
  newPassword!: string;
}

export class OwnLoginResponse implements LoginView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty(INSTANT) createdAt!: string;
  @ApiProperty({ ...INSTANT, description: 'When the login was last renewed: every 15 minutes while it is in use.' })
  lastUsedAt!: string;
  @ApiProperty(INSTANT) expiresAt!: string;
  @ApiProperty({ type: 'string', nullable: true }) address!: string | null;
  @ApiProperty({ type: 'string', nullable: true }) userAgent!: string | null;
  @ApiProperty({ description: 'Whether this login made the request.' }) isCurrent!: boolean;
}

export class OwnLoginListResponse {
  @ApiProperty({ type: [OwnLoginResponse] }) items!: OwnLoginResponse[];
}

export class EndedLoginsResponse {
  @ApiProperty({ type: 'integer', description: 'Number of ended logins.' }) ended!: number;
}

export class IssueApiKeyRequest implements contract.IssueApiKeyRequest {
  @ApiProperty({
    minLength: 1,
    maxLength: KEY_NAME_LENGTH_MAX,
    description: 'Name of the service that uses the key, for display.',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(KEY_NAME_LENGTH_MAX)
  @IsPlainText()
  name!: string;

  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role!: Role;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: KEY_DAYS_MAX,
    description: 'The key never expires unless set.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(KEY_DAYS_MAX)
  validForDays?: number;

  @ApiPropertyOptional({
    enum: PERMISSIONS,
    isArray: true,
    minItems: 1,
    maxItems: PERMISSIONS.length,
    uniqueItems: true,
    description: 'Permissions of the role that the key has; all of them unless set.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PERMISSIONS.length)
  @ArrayUnique()
  @IsIn(PERMISSIONS, { each: true })
  permissions?: Permission[];

  @ApiPropertyOptional(NEW_SCOPE)
  @MayBeAbsent()
  @IsString()
  @MaxLength(FILTER_LENGTH_MAX)
  scope?: string;
}

export class ChangeScopeRequest implements contract.ChangeScopeRequest {
  @ApiProperty({
    ...NEW_SCOPE,
    type: 'string',
    nullable: true,
    description: `${NEW_SCOPE.description} Null: no limit.`,
  })
  @OrNull()
  @IsString()
  @MaxLength(FILTER_LENGTH_MAX)
  scope!: string | null;
}

export class ApiKeyResponse implements ApiKeyView {
  @ApiProperty({ description: 'First part of the key, after imk_.' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: PERMISSIONS },
    nullable: true,
    description: 'Null: all permissions of the role.',
  })
  permissions!: Permission[] | null;
  @ApiProperty(SCOPE) scope!: string | null;
  @ApiProperty(INSTANT) createdAt!: string;
  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Creator: user:<id>, api-key:<id>, or cli:<account of the machine>; null for the key of the first start, and for keys of an earlier release.',
  })
  createdBy!: string | null;
  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Name of the user or API key that created the key; null for other creators.',
  })
  createdByName!: string | null;
  @ApiProperty({ ...INSTANT, nullable: true, description: 'Accurate to one minute.' }) lastUsedAt!: string | null;
  @ApiProperty({ ...INSTANT, nullable: true }) expiresAt!: string | null;
  @ApiProperty({ ...INSTANT, nullable: true }) revokedAt!: string | null;
}

export class ApiKeyListResponse {
  @ApiProperty({ type: [ApiKeyResponse] }) items!: ApiKeyResponse[];
}

export class IssuedApiKeyResponse extends ApiKeyResponse implements IssuedApiKey {
  @ApiProperty({ description: 'Shown only in this response.' }) key!: string;
}
