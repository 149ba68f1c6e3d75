// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** Algorithm of the keys and signatures of the CA and of the certificates that it issues to listeners. */
export const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Generates a private key as PEM (PKCS #8). */
export async function makeKeyPem(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag)}\n`;
}

/** Imports a private key from PEM (PKCS #8). */
export async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, SIGNING, true, ['sign']);
}

/** Derives the public key of a private key in PEM (PKCS #8). */
export async function publicKeyOfPrivate(keyPem: string): Promise<webcrypto.CryptoKey> {
  const privateKey = await importPrivateKey(keyPem);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', privateKey);
  return webcrypto.subtle.importKey('jwk', { kty, crv, x, y }, SIGNING, true, ['verify']);
}

/** Returns 16 random octets in hex. The first bit is 0, so the number is positive; the second is 1, so DER never shortens it. */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  return bytes.toString('hex');
}
