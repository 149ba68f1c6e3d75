import type { LoginStep, Role } from '@icmp-mon/identity/contract';

/** Decides which logins need a second step. */
export class SecondFactorPolicy {
  /** `requiredFor` are the roles whose users must have a second factor. */
  constructor(private readonly requiredFor: readonly Role[] = []) {}

  isRequired(role: Role): boolean {
    return this.requiredFor.includes(role);
  }

  /** Returns the step that follows a right password; null if none is needed. */
  stepOf({ role, hasSecondFactor }: { role: Role; hasSecondFactor: boolean }): LoginStep | null {
    if (hasSecondFactor) return 'code';
    return this.isRequired(role) ? 'enrolment' : null;
  }
}
