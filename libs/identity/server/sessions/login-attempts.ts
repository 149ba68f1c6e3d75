import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { AttemptLimit } from './attempt-limit';

const KEYS_MAX = 10_000;
/** Wrong passwords for one user from one address, or from one known browser. From elsewhere the user still gets in. */
const PER_USER_AND_SOURCE = { burst: 10, perMinute: 10, keysMax: KEYS_MAX };
/** Wrong passwords from one address, whoever is tried. */
const PER_ADDRESS = { burst: 60, perMinute: 60, keysMax: KEYS_MAX };

const refused = new Counter({
  name: 'icmpmon_login_attempts_refused_total',
  help: 'Attempts at a password refused after too many wrong ones: for one user from one address or browser (user), from one address (address).',
  labelNames: ['limit'],
  registers: [metrics],
});

/** Where a password comes from. */
export interface AttemptSource {
  /** The part of the client's address that limits count by. */
  address: string;
  /** What tells the user's own browser from others at the address: one of an earlier login, or the login it has; null for a stranger. */
  known: string | null;
}

/** Too many wrong passwords; `retryAfterS` becomes the Retry-After header. */
export class TooManyAttempts extends DomainError {
  constructor(
    { address, known }: AttemptSource,
    readonly retryAfterS: number,
  ) {
    const detail =
      known === null
        ? `Too many wrong passwords came from the address ${address}. Try again in ${retryAfterS} s, or from another address.`
        : `Too many wrong passwords came from this browser. Try again in ${retryAfterS} s.`;
    super('too_many_requests', detail);
  }
}

/**
 * Bounds guessing. Failures are counted by user and address together, so that nobody keeps a user out from elsewhere, and
 * those of a browser that is known by itself, so that nobody keeps its user out from the same address. Each process counts
 * for itself.
 */
@Injectable()
export class LoginAttempts {
  private readonly perUserAndSource = new AttemptLimit(PER_USER_AND_SOURCE);
  private readonly perAddress = new AttemptLimit(PER_ADDRESS);

  /**
   * The result of a check of a password; false costs an attempt.
   * @throws TooManyAttempts before the check runs
   */
  async attempt(user: string, source: AttemptSource, check: () => Promise<boolean>): Promise<boolean> {
    // Hashed: it may be long, or somebody's password in the wrong field.
    const name = createHash('sha256').update(user.toLowerCase()).digest('base64url');
    const { address, known } = source;
    const key = known === null ? `${address} ${name}` : `known ${known} ${name}`;
    const waitS = known === null ? this.perAddress.begin(address) : null;
    if (waitS !== null) {
      refused.inc({ limit: 'address' });
      throw new TooManyAttempts(source, waitS);
    }
    const giveBackOfAddress = (): void => {
      if (known === null) this.perAddress.giveBack(address);
    };
    const userWaitS = this.perUserAndSource.begin(key);
    if (userWaitS !== null) {
      giveBackOfAddress();
      refused.inc({ limit: 'user' });
      throw new TooManyAttempts(source, userWaitS);
    }
    let isWrong = false;
    try {
      const isRight = await check();
      isWrong = !isRight;
      return isRight;
    } finally {
      // A check that could not be made tells nothing of the password.
      if (!isWrong) {
        this.perUserAndSource.giveBack(key);
        giveBackOfAddress();
      }
    }
  }
}
