import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { AgentLog } from '../agent-log';
import type { GatewayClient } from '../ship/gateway-client';
import { makeCertificateRequest } from './certificate-request';
import { expiryOf, type Identity, type IdentityStore } from './identity-store';

export interface CertificateRenewalOptions {
  identity: Identity;
  store: IdentityStore;
  gateway: Pick<GatewayClient, 'renew' | 'use'>;
  log: AgentLog;
  checkEveryMs?: number;
}

const CHECK_EVERY_MS = 60_000;

/** Renews the client certificate at half of its life, with the same key. */
export class CertificateRenewal {
  /** Why the last attempt failed; undefined if it did not. */
  failure: string | undefined;
  private identity: Identity;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopSignal = new AbortController();

  constructor(private readonly options: CertificateRenewalOptions) {
    this.identity = options.identity;
  }

  start(): void {
    const check = (): void => {
      this.running = this.running.then(() => this.renewIfDue(Date.now()));
    };
    check();
    this.timer = setInterval(check, this.options.checkEveryMs ?? CHECK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopSignal.abort();
    await this.running;
  }

  /** Whether it was renewed. Never rejects: the certificate is good for half of its life still. */
  async renewIfDue(nowMs: number): Promise<void> {
    const { fromMs, toMs } = expiryOf(this.identity);
    if (nowMs < (fromMs + toMs) / 2) return;
    const { gateway, store, log } = this.options;
    try {
      const { keyPem, agentId } = this.identity;
      const certificatePem = await gateway.renew(makeCertificateRequest(keyPem, agentId), this.stopSignal.signal);
      if (!new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))) {
        throw new Error("the renewed certificate is not of this agent's key");
      }
      this.identity = { ...this.identity, certificatePem };
      store.save(this.identity);
      gateway.use(this.identity);
      this.failure = undefined;
      log.info({ notAfter: new Date(expiryOf(this.identity).toMs).toISOString() }, 'renewed the certificate');
    } catch (error) {
      if (this.stopSignal.signal.aborted) return;
      this.failure = error instanceof Error ? error.message : String(error);
      log.error(
        { err: error, notAfter: new Date(toMs).toISOString() },
        'cannot renew the certificate; tried again soon',
      );
    }
  }
}
