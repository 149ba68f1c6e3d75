import { createHash, randomBytes } from 'node:crypto';

const FORMAT = /^imk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeyParts {
  id: string;
  secretHash: Buffer;
}

/** The secret has 256 random bits, so that a plain hash of it cannot be guessed back. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Id and hash of a key `imk_<id>_<secret>`; null for another text. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, id = '', secret = ''] = match;
  return { id, secretHash: hashOf(secret) };
}

export const newApiKey = (): string => `imk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;
