import type { SignInFault } from '@icmp-mon/identity/contract';

const TEXTS: Readonly<Record<SignInFault, string>> = {
  off: 'Single sign-on is not configured. Sign in with a password.',
  unavailable: 'The issuer does not answer. Try again, or sign in with a password.',
  cancelled: 'The sign-in was cancelled.',
  expired: 'The sign-in took too long, was finished already, or began in another browser. Start again.',
  rejected: 'The answer of the issuer was refused. Ask an administrator to look into the log of the api.',
  'no-role':
    'None of your groups has a role here. Ask an administrator to add you to a group with a role, or to give your group one.',
  disabled: 'Your account is disabled here. Ask an administrator to enable it.',
  removed: 'Your account was removed here during the sign-in. Sign in again, or ask an administrator.',
  full: 'The limit of users is reached. Ask an administrator to remove users who left.',
  busy: 'Too many refused sign-ins from your address. Try again in a minute.',
};

/** Returns the explanation of a refused sign-in at the issuer; null for an unknown fault. */
export const signInFaultText = (fault: string | undefined): string | null =>
  fault !== undefined && Object.hasOwn(TEXTS, fault) ? TEXTS[fault as SignInFault] : null;
