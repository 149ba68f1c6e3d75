import type * as contract from '@icmp-mon/identity/contract';
import {
  type CreatedUser,
  type PasswordLink,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type Role,
  ROLES,
  type SignInWay,
  USER_STATES,
  type UserState,
  type UserView,
} from '@icmp-mon/identity/contract';
import { IsPlainText, MayBeAbsent } from '@icmp-mon/platform/http';
import { FILTER_LENGTH_MAX } from '@icmp-mon/targets/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { NEW_SCOPE, SCOPE } from './access.dto';

const USER_NAME_LENGTH_MAX = 100;
const TOKEN_LENGTH_MAX = 100;
const INSTANT = { type: 'string', format: 'date-time' } as const;

/** Parameter of the routes below one user. */
export const USER_PARAMETER = {
  name: 'id',
  description: 'Id of the user.',
  schema: { type: 'string', format: 'uuid' },
} as const;

export class CreateUserRequest implements contract.CreateUserRequest {
  @ApiProperty({ minLength: 1, maxLength: USER_NAME_LENGTH_MAX, description: 'Name for the login; case is ignored.' })
  @IsString()
  @MinLength(1)
  @MaxLength(USER_NAME_LENGTH_MAX)
  @IsPlainText()
  name!: string;

  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role!: Role;

  @ApiPropertyOptional(NEW_SCOPE)
  @MayBeAbsent()
  @IsString()
  @MaxLength(FILTER_LENGTH_MAX)
  scope?: string;
}

export class ChangeRoleRequest implements contract.ChangeRoleRequest {
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role!: Role;
}

export class UserResponse implements UserView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty(SCOPE) scope!: string | null;
  @ApiProperty({
    enum: USER_STATES,
    description: 'invited: the user has not set a password yet. disabled: the user cannot log in.',
  })
  state!: UserState;
  @ApiProperty(INSTANT) createdAt!: string;
  @ApiProperty({ ...INSTANT, nullable: true }) passwordChangedAt!: string | null;
  @ApiProperty({
    ...INSTANT,
    nullable: true,
    description: 'When the link with which the user can set a password expires; null without such a link.',
  })
  linkExpiresAt!: string | null;
  @ApiProperty({ description: 'Whether logins need a code of an authenticator app.' }) hasSecondFactor!: boolean;
  @ApiProperty({ enum: ['password', 'single-sign-on'] }) signsIn!: SignInWay;
  @ApiProperty({ type: 'integer', description: 'Number of active logins.' }) logins!: number;
}

export class UserListResponse {
  @ApiProperty({ type: [UserResponse] }) items!: UserResponse[];
}

export class PasswordLinkResponse implements PasswordLink {
  @ApiProperty({ description: "Path in the portal, with the token: append it to the portal's address." }) path!: string;
  @ApiProperty({ description: 'Shown only in this response; valid once.' }) token!: string;
  @ApiProperty(INSTANT) expiresAt!: string;
}

export class CreatedUserResponse implements CreatedUser {
  @ApiProperty({ type: UserResponse }) user!: UserResponse;
  @ApiProperty({ type: PasswordLinkResponse }) link!: PasswordLinkResponse;
}

export class UsePasswordLinkRequest implements contract.UsePasswordLinkRequest {
  @ApiProperty({ minLength: 1, maxLength: TOKEN_LENGTH_MAX })
  @IsString()
  @MinLength(1)
  @MaxLength(TOKEN_LENGTH_MAX)
  token!: string;

  @ApiProperty({ minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX, format: 'password' })
  @IsString()
  @MinLength(PASSWORD_LENGTH_MIN)
  @MaxLength(PASSWORD_LENGTH_MAX)
  newPassword!: string;
}

export class UserNameResponse {
  @ApiProperty({ description: 'Name of the user, for the login.' }) user!: string;
}
