import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { DomainError } from '@icmp-mon/platform/errors';
import { FairTurns } from './fair-turns';

const derive = promisify(argon2);

/** Parameters for argon2id as recommended by OWASP. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const PARALLELISM = 1;
const TAG_BYTES = 32;
const NONCE_BYTES = 16;

/** Each derivation takes 19 MiB and about 20 ms of one core, so only a few run at the same time, with a bounded queue. */
const turns = new FairTurns({
  atOnceMax: 2,
  waitingMax: 64,
  refusal: () => new DomainError('too_many_requests', 'Too many logins at the same time. Retry in a few seconds.'),
});
/** Caller name of the product itself, which no client can use. */
const OWN = 'own';

interface PasswordHash {
  nonce: Buffer;
  tag: Buffer;
  memoryKib: number;
  passes: number;
  parallelism: number;
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Hashes a password with argon2id, in PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES);
  const parameters = { nonce, memoryKib: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM };
  const tag = await tagOf(password, parameters, TAG_BYTES, OWN);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${PARALLELISM}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/**
 * Returns whether the password matches the hash. `address` is the source of the password: turns are shared between addresses.
 * @throws DomainError `too_many_requests` when too many logins are waiting
 */
export async function passwordMatches(password: string, hash: string, address = OWN): Promise<boolean> {
  const parsed = parseHash(hash);
  const tag = await tagOf(password, parsed, parsed.tag.length, address);
  return timingSafeEqual(tag, parsed.tag);
}

let decoy: Promise<string> | null = null;

/** Takes as long as checking a password, so that the response time does not reveal whether a user exists. */
export async function pretendToCheck(password: string, address = OWN): Promise<void> {
  if (decoy === null) {
    decoy = hashPassword('no user has this password');
    // A failure is not cached: the next caller retries.
    decoy.catch(() => (decoy = null));
  }
  await passwordMatches(password, await decoy, address);
}

function parseHash(hash: string): PasswordHash {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (match === null) throw new Error('A stored password hash is not argon2id in PHC string format.');
  const [, memoryKib, passes, parallelism, nonce = '', tag = ''] = match;
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function tagOf(password: string, hash: Omit<PasswordHash, 'tag'>, tagLength: number, address: string): Promise<Buffer> {
  return turns.runInTurn(address, () =>
    derive('argon2id', {
      message: Buffer.from(password.normalize('NFC')),
      nonce: hash.nonce,
      memory: hash.memoryKib,
      passes: hash.passes,
      parallelism: hash.parallelism,
      tagLength,
    }),
  );
}
