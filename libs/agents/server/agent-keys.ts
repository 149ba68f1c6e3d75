// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { createHash, createPublicKey, type KeyObject, type webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { DomainError } from '@icmp-mon/platform/errors';

const CSR_LENGTH_MAX = 8_192;
const CURVES = ['P-256', 'P-384'];
const AGENT_SUBJECT = /^CN=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;

/** Identity in a certificate that the CA issued, expired or not. */
export interface FormerCertificate {
  agentId: string;
  sha256: string;
  keySha256: string;
  notAfterMs: number;
}

/** Returns the public key of a CSR and its hash, after checking the CSR's signature. @throws DomainError `invalid`, as `readCsr` */
export async function publicKeyOf(csrPem: string): Promise<{ publicKey: KeyObject; sha256: string }> {
  const csr = await readCsr(csrPem);
  const publicKey = createPublicKey({ key: Buffer.from(csr.publicKey.rawData), format: 'der', type: 'spki' });
  return { publicKey, sha256: keySha256(publicKey) };
}

/** Parses a certificate that the CA issued to an agent, expired or not. Returns null for any other text. */
export function readFormerCertificate(pem: string, caPem: string): FormerCertificate | null {
  try {
    const certificate = new X509Certificate(pem);
    const agentId = AGENT_SUBJECT.exec(certificate.subject)?.[1];
    if (agentId === undefined || !certificate.verify(new X509Certificate(caPem).publicKey)) return null;
    return {
      agentId,
      sha256: sha256Hex(certificate.raw),
      keySha256: keySha256(certificate.publicKey),
      notAfterMs: Date.parse(certificate.validTo),
    };
  } catch (error) {
    // An OpenSSL error: the text is not a certificate.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/** Returns the hex SHA-256 of a public key's DER (SPKI): the hash that an agent's row is bound to. */
export function keySha256(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** Parses a CSR that is signed by its own key. @throws DomainError `invalid` for one that is malformed, not signed, or without an EC key */
export async function readCsr(csrPem: string): Promise<x509.Pkcs10CertificateRequest> {
  const refuse = (detail: string, cause?: unknown): DomainError => {
    const error = new DomainError('invalid', detail, [{ pointer: '#/csrPem', detail }]);
    error.cause = cause;
    return error;
  };
  if (csrPem.length > CSR_LENGTH_MAX)
    throw refuse(`The CSR is too long: at most ${CSR_LENGTH_MAX} characters are accepted.`);
  let csr: x509.Pkcs10CertificateRequest;
  try {
    csr = new x509.Pkcs10CertificateRequest(csrPem);
  } catch (cause) {
    throw refuse('The CSR is not a PEM-encoded PKCS #10 request.', cause);
  }
  const algorithm = csr.publicKey.algorithm as webcrypto.EcKeyAlgorithm;
  if (algorithm.name !== 'ECDSA' || !CURVES.includes(algorithm.namedCurve)) {
    throw refuse(`The CSR's key must be an ECDSA key on ${CURVES.join(' or ')}.`);
  }
  if (!(await isSigned(csr, refuse))) throw refuse('The CSR is not signed with its own key.');
  return csr;
}

/**
 * Returns whether the CSR's signature is valid. The library throws errors of several kinds: for a point that is not on the curve, and for
 * an unknown signature algorithm or digest.
 */
async function isSigned(
  csr: x509.Pkcs10CertificateRequest,
  refuse: (detail: string, cause: unknown) => DomainError,
): Promise<boolean> {
  try {
    return await csr.verify();
  } catch (cause) {
    throw refuse("The CSR's key or signature cannot be parsed: sign it with ECDSA and SHA-256.", cause);
  }
}

/** Returns the SHA-256 in lower-case hex. */
export function sha256Hex(der: ArrayBuffer | Uint8Array): string {
  return createHash('sha256').update(new Uint8Array(der)).digest('hex');
}
