import path from 'node:path';
import { accessSync, constants } from 'node:fs';
import type { Compress } from '@icmp-mon/probing/wire';
import type { AgentLog } from './agent-log';
import { Admission } from './enrol/admission';
import { CertificateRenewal } from './enrol/certificate-renewal';
import { enrol } from './enrol/enrol';
import { IdentityStore } from './enrol/identity-store';
import type { CaPin } from './enrol/pinned-ca';
import { makePrivateDir } from './private-file';
import { PolicyFile } from './policy/policy-file';
import { Session } from './session';

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
    const { enrolUrl, log } = options;
    const { gateway } = session;
    const renewal = new CertificateRenewal({ identity, store, gateway, enrolUrl, log });
    const halt = (reason: string | null): void => session.halt(reason);
    const admission = new Admission({ identity, store, gateway, renewal, enrolment: enrolOptions, halt, log });
    this.current = session;
    session.start();
    renewal.start();
    const anew = await admission.run();
    await renewal.stop();
    await session.stop();
    if (anew) throw new EnrolledAnew('The agent has enrolled again: started again, it takes its new identity.');
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
