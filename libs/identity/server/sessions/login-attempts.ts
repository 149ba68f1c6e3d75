import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { AttemptLimit } from './attempt-limit';

const KEYS_MAX = 10_000;
/** Wrong passwords for one user from one address. From other addresses the user still gets in. */
const PER_USER_AND_ADDRESS = { burst: 10, perMinute: 10, keysMax: KEYS_MAX };
/** Wrong passwords from one address, whoever is tried. */
const PER_ADDRESS = { burst: 60, perMinute: 60, keysMax: KEYS_MAX };

const refused = new Counter({
  name: 'icmpmon_login_attempts_refused_total',
  help: 'Attempts at a password refused after too many wrong ones: for one user from one address (user), from one address (address).',
  labelNames: ['limit'],
  registers: [metrics],
});

/** Too many wrong passwords; `retryAfterS` becomes the Retry-After header. */
export class TooManyAttempts extends DomainError {
  constructor(
    address: string,
    readonly retryAfterS: number,
  ) {
    super(
      'too_many_requests',
      `Too many wrong passwords came from the address ${address}. Try again in ${retryAfterS} s, or from another address.`,
    );
  }
}

/**
 * Bounds guessing. Failures are counted by user and address together, so that nobody keeps a user out from elsewhere;
 * each process counts for itself.
 */
@Injectable()
export class LoginAttempts {
  private readonly perUserAndAddress = new AttemptLimit(PER_USER_AND_ADDRESS);
  private readonly perAddress = new AttemptLimit(PER_ADDRESS);

  /**
   * The result of a check of a password; false costs an attempt.
   * @throws TooManyAttempts before the check runs
   */
  async attempt(user: string, address: string, check: () => Promise<boolean>): Promise<boolean> {
    // Hashed: it may be long, or somebody's password in the wrong field.
    const name = createHash('sha256').update(user.toLowerCase()).digest('base64url');
    const key = `${address} ${name}`;
    const waitS = this.perAddress.begin(address);
    if (waitS !== null) {
      refused.inc({ limit: 'address' });
      throw new TooManyAttempts(address, waitS);
    }
    const userWaitS = this.perUserAndAddress.begin(key);
    if (userWaitS !== null) {
      this.perAddress.giveBack(address);
      refused.inc({ limit: 'user' });
      throw new TooManyAttempts(address, userWaitS);
    }
    let isWrong = false;
    try {
      const isRight = await check();
      isWrong = !isRight;
      return isRight;
    } finally {
      // A check that could not be made tells nothing of the password.
      if (!isWrong) {
        this.perUserAndAddress.giveBack(key);
        this.perAddress.giveBack(address);
      }
    }
  }
}
