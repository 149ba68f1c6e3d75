import { type CipherKey, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BODY_AT = NONCE_BYTES + TAG_BYTES;

/** Returns nonce, tag and ciphertext (AES-256-GCM). `place` is authenticated but not contained, so that no ciphertext can be moved. */
export function sealText(text: string, key: CipherKey, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws Error for a box that was cut, changed, or sealed with another key or for another place */
export function openText(box: Buffer, key: CipherKey, place: string): string {
  const nonce = box.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place)).setAuthTag(box.subarray(NONCE_BYTES, BODY_AT));
  return Buffer.concat([decipher.update(box.subarray(BODY_AT)), decipher.final()]).toString('utf8');
}
