import path from 'node:path';
import { accessSync, constants } from 'node:fs';
import type { Compress } from '@icmp-mon/probing/contract';
import type { AgentLog } from './agent-log';
import { CertificateRenewal } from './enrol/certificate-renewal';
import { enrol, enrolAnew, type EnrolOptions } from './enrol/enrol';
import { type Identity, IdentityStore } from './enrol/identity-store';
import type { CaPin } from './enrol/pinned-ca';
import { makePrivateDir } from './private-file';
import { PolicyFile } from './policy/policy-file';
import { Session } from './session';
import type { GatewayClient } from './ship/gateway-client';
import { WakeUp } from './ship/wake-up';

export interface AgentOptions extends CaPin {
  enrolUrl: string;
  enrolToken: string | undefined;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  agentVersion: string;
  /** Key, certificate, assignments and spool; of one agent only. */
  stateDir: string;
  policyFile: string | undefined;
  fpingPath: string | undefined;
  spoolBytesMax: number;
  /** For executors' output, as long as they run; the best of the usual places unless given. */
  captureDir?: string | undefined;
  compress: Compress;
  log: AgentLog;
}

/** The agent has a new identity, which it takes when it is started again. */
export class EnrolledAnew extends Error {
  override readonly name = 'EnrolledAnew';
}

/** A refusal wakes at once; this only bounds the sleep. */
const REFUSALS_LOOK_MS = 3_600_000;

export type AgentReadiness = Record<string, { ok: boolean; detail: string }>;

/** The agent: enrols, probes what it is assigned and ships what it finds, until it is stopped or has to enrol again. */
export class ProbingAgent {
  private readonly policy: PolicyFile;
  private readonly store: IdentityStore;
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private enrolmentFailure: string | undefined;
  private current: Session | undefined;
  private fatal: ((error: unknown) => void) | undefined;

  /** @throws Error if the state folder or the policy file cannot be used */
  constructor(private readonly options: AgentOptions) {
    makePrivateDir(options.stateDir);
    accessSync(options.stateDir, constants.W_OK | constants.X_OK);
    this.policy = new PolicyFile(options.policyFile, options.log);
    this.store = new IdentityStore(options.stateDir);
  }

  get session(): Session | undefined {
    return this.current;
  }

  /**
   * Returns at once; `onFatal` is told of what the agent cannot go on with, such as a spool that another agent uses, or a
   * new identity: it has to be started again.
   */
  start(onFatal: (error: unknown) => void): void {
    this.fatal = onFatal;
    this.running = this.run().catch((error: unknown) => this.fatal?.(error));
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
    this.policy.close();
  }

  readiness(): AgentReadiness {
    const enrolled = this.current !== undefined && this.enrolmentFailure === undefined;
    const detail = enrolled ? 'enrolled' : (this.enrolmentFailure ?? 'enrolling');
    return { enrolment: { ok: enrolled, detail }, ...this.current?.readiness() };
  }

  private async run(): Promise<void> {
    const { options, store, policy } = this;
    const { signal } = this.stopSignal;
    const enrolOptions = {
      ...options,
      token: options.enrolToken,
      store,
      signal,
      onFailure: (failure: string | undefined) => (this.enrolmentFailure = failure),
    };
    const identity = await enrol(enrolOptions);
    if (identity === undefined) return;
    const session = new Session({
      ...options,
      identity,
      policy,
      captureDir: options.captureDir ?? captureDirOf(options.stateDir),
    });
    const renewal = this.renewalOf(identity, session);
    this.current = session;
    session.start();
    renewal.start();
    const anew = await this.enrolledAnew(enrolOptions, session.gateway);
    await renewal.stop();
    await session.stop();
    if (anew) throw new EnrolledAnew('The agent has enrolled again: started anew, it goes on with its new identity.');
  }

  /**
   * Enrols again when the gateway does not know this identity, or no longer. Until that succeeds probing goes on, and the
   * results wait in the spool. Resolves with true then, with false when the agent is stopped.
   */
  private async enrolledAnew(options: EnrolOptions, gateway: GatewayClient): Promise<boolean> {
    const { log, signal } = options;
    const isRefused = (): boolean =>
      gateway.refusal === 'agent_not_enrolled' || gateway.refusal === 'certificate_expired';
    const refusals = new WakeUp();
    gateway.onRefusal = () => refusals.wake();
    while (!signal.aborted) {
      if (isRefused()) {
        log.warn({ refusal: gateway.refusal }, 'the agent has to enrol again: the gateway refuses its certificate');
        if ((await enrolAnew(options, isRefused)) !== undefined) return true;
      } else await refusals.sleep(REFUSALS_LOOK_MS, signal);
    }
    return false;
  }

  private renewalOf(identity: Identity, session: Session): CertificateRenewal {
    const { enrolUrl, log } = this.options;
    return new CertificateRenewal({ identity, store: this.store, gateway: session.gateway, enrolUrl, log });
  }
}

/** Memory where there is some, for what lives only seconds; else the agent's own folder. */
function captureDirOf(stateDir: string): string {
  try {
    accessSync('/dev/shm', constants.W_OK | constants.X_OK);
    return '/dev/shm';
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const dir = path.join(stateDir, 'capture');
    makePrivateDir(dir);
    return dir;
  }
}
