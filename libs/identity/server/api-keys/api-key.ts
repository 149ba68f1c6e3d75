import { createHash, randomBytes } from 'node:crypto';

const FORMAT = /^imk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeyParts {
  id: string;
  secretHash: Buffer;
}

/** Hashes a secret. It has 256 random bits, so a plain hash of it cannot be reversed. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Parses a key `imk_<id>_<secret>` into its id and the hash of its secret; null for any other text. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, id = '', secret = ''] = match;
  return { id, secretHash: hashOf(secret) };
}

export const newApiKey = (): string => `imk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;
