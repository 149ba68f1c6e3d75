// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { hkdfSync, randomBytes, webcrypto } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { AGENT_CERTIFICATE_LIFE_MS } from '@icmp-mon/agents/contract';
import * as x509 from '@peculiar/x509';
import { readCsr, sha256Hex } from './agent-keys';

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AUTHORITY_LIFE_MS = 3_650 * DAY_MS;
export const SERVER_CERTIFICATE_LIFE_MS = 30 * DAY_MS;
// Agents' clocks may be behind, so a certificate is valid from one hour before its issue.
const AGENT_BACKDATE_MS = HOUR_MS;
const SERVER_BACKDATE_MS = 7 * DAY_MS;

export interface IssuedCertificate {
  pem: string;
  /** SHA-256 of the certificate's DER in lower-case hex. */
  sha256: string;
  /** SHA-256 of the public key (SPKI) in lower-case hex. */
  keySha256: string;
  notAfter: Date;
}

export interface ServerCredentials {
  key: string;
  cert: string;
  notAfter: Date;
}

interface AuthorityMaterial {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

/** The installation's CA. It signs the gateway's own certificates and those of agents. */
export class CertificateAuthority {
  /** The CA's certificate as PEM. */
  readonly pem: string;
  /** Hex SHA-256 of the CA certificate's DER, which a join command pins. */
  readonly sha256: string;

  private constructor(
    private readonly material: AuthorityMaterial,
    private readonly nowMs: () => number,
  ) {
    this.pem = `${material.certificate.toString('pem')}\n`;
    this.sha256 = sha256Hex(material.certificate.rawData);
  }

  /**
   * Opens the CA in a directory, and creates it if there is none. Safe when several processes start at the same time: each file is created
   * exclusively and complete, and a process that loses the race reads the winner's file.
   * `nowMs`: the clock from which certificates get their dates.
   */
  static async open(dir: string, nowMs: () => number = Date.now): Promise<CertificateAuthority> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const keyPem = await readOrCreate(path.join(dir, 'ca.key'), 0o600, makeKeyPem);
    const key = await importPrivateKey(keyPem);
    const certificatePem = await readOrCreate(path.join(dir, 'ca.crt'), 0o644, () =>
      makeAuthorityPem(keyPem, key, nowMs()),
    );
    return new CertificateAuthority({ certificate: new x509.X509Certificate(certificatePem), key }, nowMs);
  }

  /**
   * Issues a client certificate for an agent's CSR. Its common name is the agent id, regardless of the name in the CSR.
   * @throws DomainError `invalid` for a CSR that is malformed, not signed by its own key, or without an EC key
   */
  async issueAgentCertificate(
    csrPem: string,
    agentId: string,
    now = new Date(this.nowMs()),
  ): Promise<IssuedCertificate> {
    const csr = await readCsr(csrPem);
    const notAfter = new Date(now.getTime() + AGENT_CERTIFICATE_LIFE_MS);
    const certificate = await this.sign(csr.publicKey, agentId, new Date(now.getTime() - AGENT_BACKDATE_MS), notAfter, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ]);
    const keySha256 = sha256Hex(csr.publicKey.rawData);
    return { pem: `${certificate.toString('pem')}\n`, sha256: sha256Hex(certificate.rawData), keySha256, notAfter };
  }

  /** Derives a secret from the CA's key; it is the same in every gateway of the installation. */
  async sharedSecret(purpose: string): Promise<Buffer> {
    const key = await webcrypto.subtle.exportKey('pkcs8', this.material.key);
    return Buffer.from(hkdfSync('sha256', new Uint8Array(key), '', purpose, 32));
  }

  /** Issues a new key and certificate for a listener with these host names and addresses. They are kept in memory only. */
  async issueServerCredentials(hosts: readonly string[], now = new Date(this.nowMs())): Promise<ServerCredentials> {
    const keyPem = await makeKeyPem();
    const keys = await publicKeyOf(keyPem);
    const notAfter = new Date(now.getTime() + SERVER_CERTIFICATE_LIFE_MS);
    const names = [...new Set(hosts)].map(
      (host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host }) satisfies x509.JsonGeneralName,
    );
    const notBefore = new Date(now.getTime() - SERVER_BACKDATE_MS);
    const certificate = await this.sign(keys, 'icmp-mon-gateway', notBefore, notAfter, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    return { key: keyPem, cert: `${certificate.toString('pem')}\n${this.pem}`, notAfter };
  }

  private async sign(
    publicKey: x509.PublicKeyType,
    commonName: string,
    notBefore: Date,
    notAfter: Date,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: new x509.Name([{ CN: [commonName] }]).toString(),
      issuer: this.material.certificate.subject,
      notBefore,
      notAfter,
      signingAlgorithm: SIGNING,
      publicKey,
      signingKey: this.material.key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.material.certificate.publicKey),
        ...extensions,
      ],
    });
  }
}

/** Reads the CA's certificate (PEM) and its pinned hash for a joining agent; null before a gateway has created the CA. */
export async function readAuthority(dir: string): Promise<{ pem: string; sha256: string } | null> {
  try {
    const pem = await readFile(path.join(dir, 'ca.crt'), 'utf8');
    return { pem, sha256: sha256Hex(new x509.X509Certificate(pem).rawData) };
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return null;
    throw error;
  }
}

async function makeKeyPem(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag)}\n`;
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, SIGNING, true, ['sign']);
}

async function publicKeyOf(keyPem: string): Promise<webcrypto.CryptoKey> {
  const privateKey = await importPrivateKey(keyPem);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', privateKey);
  return webcrypto.subtle.importKey('jwk', { kty, crv, x, y }, SIGNING, true, ['verify']);
}

async function makeAuthorityPem(keyPem: string, privateKey: webcrypto.CryptoKey, nowMs: number): Promise<string> {
  const publicKey = await publicKeyOf(keyPem);
  const notBefore = new Date(nowMs - DAY_MS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The random part distinguishes installations in logs and trust stores.
    name: `CN=ICMP-Mon CA ${randomBytes(4).toString('hex')}`,
    notBefore,
    notAfter: new Date(notBefore.getTime() + AUTHORITY_LIFE_MS),
    signingAlgorithm: SIGNING,
    keys: { privateKey, publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/**
 * Returns a file's content. If the file is missing, writes a draft next to it, flushes it, and links it into place; the link fails if
 * another process was first.
 */
async function readOrCreate(file: string, mode: number, make: () => Promise<string>): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error;
  }
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', mode);
  try {
    await handle.writeFile(await make());
    await handle.sync();
    await link(draft, file);
  } catch (error) {
    if (!isFileError(error, 'EEXIST')) throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

// Returns 16 random octets. The first bit is 0, so the number is positive; the second is 1, so DER never shortens it.
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
