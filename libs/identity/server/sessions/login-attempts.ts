import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { AttemptLimit } from './attempt-limit';

const KEYS_MAX = 10_000;
/** Wrong passwords for one user from one address, or from one known browser. The user can still log in from elsewhere. */
const PER_USER_AND_SOURCE = { burst: 10, intervalMs: 6_000, intervalMsMax: 15 * 60_000, keysMax: KEYS_MAX };
/** Wrong passwords from one address, for any user. The wait does not grow, because many users may share the address. */
const PER_ADDRESS = { burst: 60, intervalMs: 1_000, intervalMsMax: 1_000, keysMax: KEYS_MAX };

const refused = new Counter({
  name: 'icmpmon_login_attempts_refused_total',
  help: 'Login attempts refused after too many wrong passwords: for one user from one address or browser (user), from one address (address).',
  labelNames: ['limit'],
  registers: [metrics],
});

/** Source of a password or code. */
export interface AttemptSource {
  /** Part of the client's address by which attempts are counted. */
  address: string;
  /** Id of the user's known browser, or of the session that made the request; null for an unknown client. */
  known: string | null;
}

/** Thrown after too many wrong passwords or codes; `retryAfterS` becomes the Retry-After header. */
export class TooManyAttempts extends DomainError {
  constructor(
    { address, known }: AttemptSource,
    readonly retryAfterS: number,
  ) {
    const detail =
      known === null
        ? `Too many wrong passwords or codes from address ${address}. Retry in ${retryAfterS} s, or from another address.`
        : `Too many wrong passwords or codes from this browser. Retry in ${retryAfterS} s.`;
    super('too_many_requests', detail);
  }
}

/** Token bucket from which a failed attempt takes one token. */
interface Bucket {
  limit: AttemptLimit;
  key: string;
  /** Label of the metric. */
  name: 'user' | 'address';
}

/**
 * Limits password guessing. Failures are counted per user and address, so guesses from one address do not lock the user out elsewhere.
 * Failures of a known browser are counted separately, so guesses from the same address do not lock out its user. Each process counts
 * separately.
 */
@Injectable()
export class LoginAttempts {
  private readonly perUserAndSource = new AttemptLimit(PER_USER_AND_SOURCE);
  private readonly perAddress = new AttemptLimit(PER_ADDRESS);

  /**
   * Runs a check and returns what it found; null, as for a wrong password, costs one attempt. A right one ends the wait of its user, unless
   * `isLastStep` returns false: a person who knows the password could otherwise guess codes without a limit.
   * @throws TooManyAttempts before the check runs
   */
  async attemptLogin<T extends object>(
    user: string,
    source: AttemptSource,
    check: () => Promise<T | null>,
    isLastStep: (found: T) => boolean = () => true,
  ): Promise<T | null> {
    const taken = this.takeFromBuckets(this.bucketsOf(user, source), source);
    let isWrong = false;
    try {
      const found = await check();
      isWrong = found === null;
      if (found !== null && isLastStep(found)) forgetFailures(taken);
      return found;
    } finally {
      // A check that failed to run gives no information about the password.
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

  private takeFromBuckets(buckets: readonly Bucket[], source: AttemptSource): Bucket[] {
    const taken: Bucket[] = [];
    for (const bucket of buckets) {
      const waitS = bucket.limit.takeToken(bucket.key);
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

/** The address keeps its failures: a user's own password proves nothing about guesses at those of others. */
function forgetFailures(buckets: readonly Bucket[]): void {
  for (const { limit, key, name } of buckets) if (name === 'user') limit.forgetKey(key);
}

function giveBack(buckets: readonly Bucket[]): void {
  for (const { limit, key } of buckets) limit.giveBack(key);
}
