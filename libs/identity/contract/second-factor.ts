import type { SessionView } from './index';

/** The second step of a login: a code of the second factor, or the enrolment of one where the user's role requires it. */
export type LoginStep = 'code' | 'enrolment';

/** Response 202 of `POST /api/v1/auth/login`: the password is right, and a second step is needed. */
export interface LoginChallenge {
  /** Permits only this step, once. */
  challenge: string;
  step: LoginStep;
  expiresAt: string;
}

/** Request body of `POST /api/v1/auth/login/code` and of `POST /api/v1/auth/login/enrolment/confirm`. */
export interface LoginCodeRequest {
  challenge: string;
  /** Six digits of the app; for `login/code` also a recovery code. */
  code: string;
}

/** A new second factor that a code must confirm: for an authenticator app (TOTP, RFC 6238). */
export interface SecondFactorEnrolment {
  /** Base32, to be typed. */
  secret: string;
  /** `otpauth://…`, to be scanned as a QR code. */
  uri: string;
}

/** Response of `POST /api/v1/auth/login/enrolment/confirm`. */
export interface EnrolledSession extends SessionView {
  recoveryCodes: string[];
}

/** Response of `GET /api/v1/auth/second-factor`. */
export interface SecondFactorView {
  /** Null: there is none. */
  enabledAt: string | null;
  recoveryCodesLeft: number;
  /** Whether the user's role requires one. */
  isRequired: boolean;
  /** False for a user without a password, who signs in by an issuer. */
  isPossible: boolean;
}

/** Request body of routes that change the second factor. */
export interface SecondFactorProof {
  password: string;
  code: string;
}

/** Ten codes, each of which replaces a code of the app once. Only this response contains them. */
export interface RecoveryCodes {
  recoveryCodes: string[];
}
