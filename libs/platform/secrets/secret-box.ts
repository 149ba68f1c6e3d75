import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BODY_AT = NONCE_BYTES + TAG_BYTES;

/**
 * Encrypts secrets that must be readable again (AES-256-GCM), with a key per purpose that is derived from a secret setting (HKDF, RFC 5869). A
 * copy of the database alone reveals none of them. Every replica has the same setting.
 */
export class SecretBox {
  private readonly key: Buffer;

  constructor(secret: string, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', `icmp-mon ${purpose}`, KEY_BYTES));
  }

  /** Returns nonce, tag and ciphertext. `place` (such as the id of the row) is authenticated, so that no ciphertext can be moved. */
  sealText(text: string, place: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(place));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** Returns the text; null if it was changed, moved, or sealed with another secret or purpose. */
  openText(box: Buffer, place: string): string | null {
    if (box.length < BODY_AT) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.key, box.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(place)).setAuthTag(box.subarray(NONCE_BYTES, BODY_AT));
    try {
      return Buffer.concat([decipher.update(box.subarray(BODY_AT)), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
