import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { AttemptLimit } from './attempt-limit';

const KEYS_MAX = 10_000;
/** Wrong passwords for one user from one address, or from one known browser. The user can still log in from elsewhere. */
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
  /** Id of the user's known browser, or of the session that asks; null for an unknown client. */
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

/** One bucket that a failed attempt takes a token from. */
interface Bucket {
  limit: AttemptLimit;
  key: string;
  /** Label of the metric. */
  name: 'user' | 'address';
}

/**
 * Bounds password guessing. Failures are counted per user and address, so guesses from one address do not lock the user out elsewhere.
 * Failures of a known browser are counted separately, so guesses from the same address do not lock its user out. Each process has counts
 * of its own.
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
    const taken = this.take(this.bucketsOf(user, source), source);
    let isWrong = false;
    try {
      const isRight = await check();
      isWrong = !isRight;
      return isRight;
    } finally {
      // A check that failed to run says nothing about the password.
      if (!isWrong) giveBack(taken);
    }
  }

  private bucketsOf(user: string, { address, known }: AttemptSource): Bucket[] {
    // Hashed: the text may be long, or a password in the wrong field.
    const name = createHash('sha256').update(user.toLowerCase()).digest('base64url');
    const ofUser = { limit: this.perUserAndSource, name: 'user' } as const;
    if (known !== null) return [{ ...ofUser, key: `known ${known} ${name}` }];
    return [
      { limit: this.perAddress, name: 'address', key: address },
      { ...ofUser, key: `${address} ${name}` },
    ];
  }

  private take(buckets: readonly Bucket[], source: AttemptSource): Bucket[] {
    const taken: Bucket[] = [];
    for (const bucket of buckets) {
      const waitS = bucket.limit.begin(bucket.key);
      if (waitS !== null) {
        giveBack(taken);
        refused.inc({ limit: bucket.name });
        throw new TooManyAttempts(source, waitS);
      }
      taken.push(bucket);
    }
    return taken;
  }
}

function giveBack(buckets: readonly Bucket[]): void {
  for (const { limit, key } of buckets) limit.giveBack(key);
}
