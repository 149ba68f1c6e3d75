import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { AgentLog } from '../agent-log';
import type { GatewayClient } from '../ship/gateway-client';
import { makeCertificateRequest } from './certificate-request';
import { gatewayTimeMs } from './gateway-time';
import { expiryOf, type Identity, type IdentityStore } from './identity-store';

export interface CertificateRenewalOptions {
  identity: Identity;
  store: IdentityStore;
  gateway: Pick<
    GatewayClient,
    'renewCertificate' | 'useIdentity' | 'clockOffsetMs' | 'isSilent' | 'refusal' | 'recordRefusal'
  >;
  enrolUrl: string;
  log: AgentLog;
  checkEveryMs?: number;
  /** The agent's wall clock. */
  nowMs?: () => number;
}

/** How soon an invalid certificate is noticed, in ms: the listener for agents drops its connections without an error. */
const CHECK_EVERY_MS = 10_000;
const RETRY_AFTER_MS = 60_000;

/** Renews the client certificate at half of its lifetime, with the same key, and notices when it is too late for that. */
export class CertificateRenewal {
  /** Why the last attempt failed; undefined if it succeeded. */
  failure: string | undefined;
  private identity: Identity;
  /** By the monotonic clock: a wrong wall clock must not cause repeated renewals of a young certificate. */
  private dueFromMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopSignal = new AbortController();

  constructor(private readonly options: CertificateRenewalOptions) {
    this.identity = options.identity;
  }

  start(): void {
    const check = (): void => {
      this.running = this.running.then(() => this.checkCertificate());
    };
    check();
    this.timer = setInterval(check, this.options.checkEveryMs ?? CHECK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopSignal.abort();
    await this.running;
  }

  /** Sets a certificate that was issued by other means. */
  useIdentity(identity: Identity): void {
    this.identity = identity;
    this.dueFromMs = -Infinity;
  }

  /** Checks and renews the certificate. Never rejects. */
  async checkCertificate(): Promise<void> {
    const { gateway, nowMs = Date.now } = this.options;
    await this.renewIfDue(nowMs() - gateway.clockOffsetMs);
    await this.noticeNotValid();
  }

  /** Renews the certificate if it is due by the gateway's clock. Never rejects: a failed renewal can be retried for half a lifetime. */
  async renewIfDue(nowMs: number): Promise<void> {
    const { fromMs, toMs } = expiryOf(this.identity);
    if (nowMs < (fromMs + toMs) / 2 || performance.now() < this.dueFromMs) return;
    const { gateway, store, log } = this.options;
    try {
      const { keyPem, agentId } = this.identity;
      const certificatePem = await gateway.renewCertificate(
        makeCertificateRequest(keyPem, agentId),
        this.stopSignal.signal,
      );
      if (!new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))) {
        throw new Error("the renewed certificate does not belong to this agent's key");
      }
      this.identity = { ...this.identity, certificatePem };
      store.saveIdentity(this.identity);
      gateway.useIdentity(this.identity);
      this.failure = undefined;
      const renewed = expiryOf(this.identity);
      this.dueFromMs = performance.now() + (renewed.toMs - renewed.fromMs) / 2;
      log.info({ notAfter: new Date(expiryOf(this.identity).toMs).toISOString() }, 'certificate renewed');
    } catch (error) {
      if (this.stopSignal.signal.aborted) return;
      this.failure = error instanceof Error ? error.message : String(error);
      this.dueFromMs = performance.now() + RETRY_AFTER_MS;
      log.error(
        { err: error, notAfter: new Date(toMs).toISOString() },
        'certificate renewal failed; retrying in 1 min',
      );
    }
  }

  /**
   * Detects that the certificate has expired, or is not valid yet because it was issued while the clock was ahead. The listener for agents
   * drops such connections, which looks like an unreachable gateway.
   */
  private async noticeNotValid(): Promise<void> {
    const { gateway, enrolUrl } = this.options;
    if (!gateway.isSilent || gateway.refusal !== undefined) return;
    const timeMs = await gatewayTimeMs(enrolUrl, this.identity.caPem, this.stopSignal.signal);
    if (timeMs === undefined) return;
    const { fromMs, toMs } = expiryOf(this.identity);
    if (timeMs < fromMs || timeMs > toMs) gateway.recordRefusal('certificate_expired');
  }
}
