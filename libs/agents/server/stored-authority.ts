// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { sha256Hex } from './agent-keys';
import { importPrivateKey, makeKeyPem, publicKeyOfPrivate, serialNumber, SIGNING } from './certificate-keys';

const DAY_MS = 24 * 3_600_000;
const AUTHORITY_LIFE_MS = 3_650 * DAY_MS;

/** The CA's certificate and private key. */
export interface AuthorityMaterial {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

/**
 * Opens the CA in a directory, and creates it if there is none. Safe when several processes start at the same time: each file is created
 * exclusively and complete, and a process that loses the race reads the winner's file.
 */
export async function openAuthority(dir: string, nowMs: () => number): Promise<AuthorityMaterial> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const keyPem = await readOrCreate(path.join(dir, 'ca.key'), 0o600, makeKeyPem);
  const key = await importPrivateKey(keyPem);
  const certificatePem = await readOrCreate(path.join(dir, 'ca.crt'), 0o644, () =>
    makeAuthorityPem(keyPem, key, nowMs()),
  );
  return { certificate: new x509.X509Certificate(certificatePem), key };
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

async function makeAuthorityPem(keyPem: string, privateKey: webcrypto.CryptoKey, nowMs: number): Promise<string> {
  const publicKey = await publicKeyOfPrivate(keyPem);
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

function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
