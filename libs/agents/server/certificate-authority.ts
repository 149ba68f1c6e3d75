// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { hkdfSync, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { AGENT_CERTIFICATE_LIFE_MS } from '@icmp-mon/agents/contract';
import * as x509 from '@peculiar/x509';
import { readCsr, sha256Hex } from './agent-keys';
import { makeKeyPem, publicKeyOfPrivate, serialNumber, SIGNING } from './certificate-keys';
import { type AuthorityMaterial, openAuthority } from './stored-authority';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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

  /** Opens the CA in a directory, and creates it if there is none. `nowMs`: the clock from which certificates get their dates. */
  static async open(dir: string, nowMs: () => number = Date.now): Promise<CertificateAuthority> {
    return new CertificateAuthority(await openAuthority(dir, nowMs), nowMs);
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
    const certificate = await this.signCertificate(
      csr.publicKey,
      agentId,
      new Date(now.getTime() - AGENT_BACKDATE_MS),
      notAfter,
      [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
    );
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
    const keys = await publicKeyOfPrivate(keyPem);
    const notAfter = new Date(now.getTime() + SERVER_CERTIFICATE_LIFE_MS);
    const names = [...new Set(hosts)].map(
      (host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host }) satisfies x509.JsonGeneralName,
    );
    const notBefore = new Date(now.getTime() - SERVER_BACKDATE_MS);
    const certificate = await this.signCertificate(keys, 'icmp-mon-gateway', notBefore, notAfter, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    return { key: keyPem, cert: `${certificate.toString('pem')}\n${this.pem}`, notAfter };
  }

  private async signCertificate(
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
