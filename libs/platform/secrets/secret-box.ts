import { hkdfSync } from 'node:crypto';
import { openText, sealText } from './sealed-text';

const KEY_BYTES = 32;

/**
 * Encrypts secrets that must be readable again (AES-256-GCM), with a key per purpose that is derived from a secret setting (HKDF, RFC 5869). A
 * copy of the database alone reveals none of them. Every replica has the same setting.
 */
export class SecretBox {
  private readonly key: Buffer;

  constructor(secret: string, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', `icmp-mon ${purpose}`, KEY_BYTES));
  }

  /** Returns the sealed text. `place` (such as the id of the row) is authenticated, so that no ciphertext can be moved. */
  sealText(text: string, place: string): Buffer {
    return sealText(text, this.key, place);
  }

  /** Returns the text; null if it was changed, moved, or sealed with another secret or purpose. */
  openText(box: Buffer, place: string): string | null {
    try {
      return openText(box, this.key, place);
    } catch {
      return null;
    }
  }
}
