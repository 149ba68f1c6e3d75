import { createPrivateKey, X509Certificate } from 'node:crypto';
import path from 'node:path';
import { readFileIfAny, writePrivateFile } from '../private-file';
import type { GatewayIdentity } from '../ship/gateway-client';

/** Identity of the agent: created at enrolment, stored in the state folder. */
export interface Identity extends GatewayIdentity {
  agentId: string;
  shardCount: number;
}

interface AgentFile {
  agentId: string;
  gatewayUrl: string;
  shardCount: number;
}

const KEY_FILE = 'agent.key';
const CERTIFICATE_FILE = 'agent.crt';
const CA_FILE = 'ca.crt';
const AGENT_FILE = 'agent.json';

/** Files of the state folder that hold the agent's identity. */
export class IdentityStore {
  constructor(private readonly dir: string) {}

  /** Returns the identity if it is complete and the certificate, expired or not, belongs to the key. */
  loadIdentity(): Identity | undefined {
    const [keyPem, certificatePem, caPem, text] = [KEY_FILE, CERTIFICATE_FILE, CA_FILE, AGENT_FILE].map((name) =>
      readFileIfAny(path.join(this.dir, name)),
    );
    if (keyPem === undefined || certificatePem === undefined || caPem === undefined || text === undefined)
      return undefined;
    try {
      const { agentId, gatewayUrl, shardCount } = JSON.parse(text) as AgentFile;
      const isOwn = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
      const isWhole = typeof agentId === 'string' && URL.canParse(gatewayUrl) && Number.isInteger(shardCount);
      return isOwn && isWhole ? { agentId, gatewayUrl, shardCount, keyPem, certificatePem, caPem } : undefined;
    } catch (error) {
      // A truncated file, or no certificate: treated as missing, and enrolment writes it again.
      if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined;
      throw error;
    }
  }

  /** Returns the key of this agent, even before it has a certificate. */
  loadKey(): string | undefined {
    return readFileIfAny(path.join(this.dir, KEY_FILE));
  }

  saveKey(keyPem: string): void {
    this.writeFile(KEY_FILE, keyPem);
  }

  /** Saves the identity. The file that completes it is written last. */
  saveIdentity({ agentId, gatewayUrl, shardCount, keyPem, certificatePem, caPem }: Identity): void {
    this.writeFile(KEY_FILE, keyPem);
    this.writeFile(CA_FILE, caPem);
    this.writeFile(CERTIFICATE_FILE, certificatePem);
    this.writeFile(AGENT_FILE, `${JSON.stringify({ agentId, gatewayUrl, shardCount } satisfies AgentFile, null, 2)}\n`);
  }

  private writeFile(name: string, content: string): void {
    writePrivateFile(path.join(this.dir, name), content);
  }
}

export function expiryOf({ certificatePem }: Pick<GatewayIdentity, 'certificatePem'>): {
  fromMs: number;
  toMs: number;
} {
  const { validFrom, validTo } = new X509Certificate(certificatePem);
  return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) };
}
