import { createHash, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CA_NAME = 'CN=test CA';
const DAY_MS = 86_400_000;

/** A certificate authority for one test. */
export class TestAuthority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    readonly caPem: string,
  ) {}

  static async create(): Promise<TestAuthority> {
    const keys = await newKeys();
    const ca = await x509.X509CertificateGenerator.createSelfSigned({
      name: CA_NAME,
      keys,
      signingAlgorithm: SIGNING,
      notAfter: new Date(Date.now() + DAY_MS),
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    });
    return new TestAuthority(keys, ca.toString('pem'));
  }

  /** SHA-256 of the CA's certificate, in hex. */
  get caSha256(): string {
    return createHash('sha256')
      .update(new Uint8Array(new x509.X509Certificate(this.caPem).rawData))
      .digest('hex');
  }

  /** Returns key and certificate of a server on 127.0.0.1. */
  async serverIdentity(lifeMs: number): Promise<{ key: string; cert: string }> {
    const keys = await newKeys();
    const names = new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      cert: await this.sign(keys.publicKey, 'CN=gateway', lifeMs, [names]),
      key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    };
  }

  /** Returns a certificate for the key of a request. */
  async certify(csrPem: string, subject: string, lifeMs: number): Promise<string> {
    return this.sign(new x509.Pkcs10CertificateRequest(csrPem).publicKey, subject, lifeMs, []);
  }

  private async sign(
    publicKey: x509.PublicKeyType,
    subject: string,
    lifeMs: number,
    extensions: x509.Extension[],
  ): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: CA_NAME,
      publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: SIGNING,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + lifeMs),
      extensions,
    });
    return certificate.toString('pem');
  }
}

/** Returns the key of a certificate request. */
export function publicKeyOf(csrPem: string): KeyObject {
  const key = new x509.Pkcs10CertificateRequest(csrPem).publicKey.rawData;
  return createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}
