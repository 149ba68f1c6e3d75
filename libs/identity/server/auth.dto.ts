import type * as contract from '@icmp-mon/identity/contract';
import {
  type LoggedOut,
  PASSWORD_LENGTH_MAX,
  type Permission,
  PERMISSIONS,
  type Role,
  ROLES,
  type SessionView,
  type SignInOptions,
} from '@icmp-mon/identity/contract';
import { HasNoControlCharacters } from '@icmp-mon/platform/http';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { SCOPE } from './access.dto';

export class LoginRequest implements contract.LoginRequest {
  @ApiProperty({ minLength: 1, maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @HasNoControlCharacters()
  user!: string;

  @ApiProperty({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX, format: 'password' })
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH_MAX)
  password!: string;
}

export class SessionResponse implements SessionView {
  @ApiProperty() user!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({ enum: PERMISSIONS, isArray: true }) permissions!: Permission[];
  @ApiProperty(SCOPE) scope!: string | null;
  @ApiProperty({ format: 'date-time', description: 'When the session cookie expires and must be refreshed.' })
  expiresAt!: string;
}

export class SingleSignOnResponse {
  @ApiProperty({ description: 'Completes "Sign in with …".' }) label!: string;
  @ApiProperty({ description: 'Address that a browser opens; it may add returnUrl.' }) url!: string;
}

export class SignInOptionsResponse implements SignInOptions {
  @ApiProperty({ type: SingleSignOnResponse, nullable: true, description: 'Null: not configured.' })
  singleSignOn!: SingleSignOnResponse | null;
}

export class LoggedOutResponse implements LoggedOut {
  @ApiProperty({ description: 'Where the browser ends its session at the issuer, too.' }) continueAt!: string;
}
