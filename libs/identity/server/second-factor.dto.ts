import type * as contract from '@icmp-mon/identity/contract';
import {
  type EnrolledSession,
  type LoginChallenge,
  type LoginStep,
  PASSWORD_LENGTH_MAX,
  type RecoveryCodes,
  type SecondFactorEnrolment,
  type SecondFactorProof,
  type SecondFactorView,
} from '@icmp-mon/identity/contract';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { SessionResponse } from './auth.dto';

const CHALLENGE_LENGTH_MAX = 100;
const CODE_LENGTH_MAX = 40;
const INSTANT = { type: 'string', format: 'date-time' } as const;
const CODE = { minLength: 1, maxLength: CODE_LENGTH_MAX } as const;

export class LoginChallengeResponse implements LoginChallenge {
  @ApiProperty({ description: 'Permits only this step, once.' }) challenge!: string;
  @ApiProperty({
    enum: ['code', 'enrolment'],
    description: 'code: continue with login/code. enrolment: the role requires a second factor; login/enrolment.',
  })
  step!: LoginStep;
  @ApiProperty(INSTANT) expiresAt!: string;
}

export class LoginEnrolmentRequest {
  @ApiProperty({ minLength: 1, maxLength: CHALLENGE_LENGTH_MAX })
  @IsString()
  @MinLength(1)
  @MaxLength(CHALLENGE_LENGTH_MAX)
  challenge!: string;
}

export class LoginCodeRequest extends LoginEnrolmentRequest implements contract.LoginCodeRequest {
  @ApiProperty({ ...CODE, description: 'Six digits of the app, or a recovery code.' })
  @IsString()
  @MinLength(1)
  @MaxLength(CODE_LENGTH_MAX)
  code!: string;
}

export class SecondFactorEnrolmentResponse implements SecondFactorEnrolment {
  @ApiProperty({ description: 'Base32, to be typed into the app. Shown only in this response.' }) secret!: string;
  @ApiProperty({ description: 'otpauth://…, to be scanned as a QR code.' }) uri!: string;
}

export class EnrolledSessionResponse extends SessionResponse implements EnrolledSession {
  @ApiProperty({ type: [String], description: 'Each replaces a code once. Shown only in this response.' })
  recoveryCodes!: string[];
}

export class SecondFactorViewResponse implements SecondFactorView {
  @ApiProperty({ ...INSTANT, nullable: true, description: 'Null: there is none.' }) enabledAt!: string | null;
  @ApiProperty({ type: 'integer' }) recoveryCodesLeft!: number;
  @ApiProperty({ description: "Whether the user's role requires one." }) isRequired!: boolean;
  @ApiProperty({ description: 'False for a user without a password.' }) isPossible!: boolean;
}

export class BeginSecondFactorRequest {
  @ApiProperty({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX, format: 'password' })
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH_MAX)
  password!: string;
}

export class ConfirmSecondFactorRequest {
  @ApiProperty({ ...CODE, description: 'Six digits of the app.' })
  @IsString()
  @MinLength(1)
  @MaxLength(CODE_LENGTH_MAX)
  code!: string;
}

export class SecondFactorProofRequest extends BeginSecondFactorRequest implements SecondFactorProof {
  @ApiProperty({ ...CODE, description: 'Six digits of the app, or a recovery code.' })
  @IsString()
  @MinLength(1)
  @MaxLength(CODE_LENGTH_MAX)
  code!: string;
}

export class RecoveryCodesResponse implements RecoveryCodes {
  @ApiProperty({ type: [String], description: 'Each replaces a code once. Shown only in this response.' })
  recoveryCodes!: string[];
}
