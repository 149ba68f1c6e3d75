import type * as contract from '@icmp-mon/identity/contract';
import {
  PASSWORD_LENGTH_MAX,
  type Permission,
  PERMISSIONS,
  type Role,
  ROLES,
  type SessionView,
} from '@icmp-mon/identity/contract';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { SCOPE } from './access.dto';

export class LoginRequest implements contract.LoginRequest {
  @ApiProperty({ minLength: 1, maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'user must not contain control characters' })
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
