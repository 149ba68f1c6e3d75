import path from 'node:path';
import { accessSync, constants } from 'node:fs';
import type { Compress } from '@icmp-mon/probing/wire';
import type { AgentLog } from './agent-log';
import { AgentCommands } from './commands/agent-commands';
import { commandTracesOf, ratesWithTraces } from './commands/command-traces';
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
  /** Holds key, certificate, assignments and spool of exactly one agent. */
  stateDir: string;
  policyFile: string | undefined;
  fpingPath: string | undefined;
  spoolBytesMax: number;
  /** Folder for the output of running executors; if unset, the best of the usual places. */
  captureDir?: string | undefined;
  compress: Compress;
  log: AgentLog;
}

/** Thrown when the agent has a new identity, which it uses after a restart. */
export class EnrolledAnew extends Error {
  override readonly name = 'EnrolledAnew';
}

export type AgentReadiness = Record<string, { ok: boolean; detail: string }>;

/** The agent: enrols, probes its assigned targets and ships the results, until it is stopped or has to enrol again. */
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
   * Returns immediately. Calls `onFatal` for a condition that requires a restart, such as a spool that another agent uses, or a new
   * identity.
   */
  start(onFatal: (error: unknown) => void): void {
    this.fatal = onFatal;
    this.running = this.runUntilStopped().catch((error: unknown) => this.fatal?.(error));
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

  private async runUntilStopped(): Promise<void> {
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
    const captureDir = options.captureDir ?? captureDirOf(options.stateDir);
    const session = new Session({ ...options, identity, policy, captureDir });
    const { enrolUrl, log } = options;
    const { gateway, prober } = session;
    const { stateDir, fpingPath } = options;
    const [rates, traces] = [ratesWithTraces(prober, session.traces.runner), commandTracesOf(session.traces)];
    const commands = new AgentCommands({ gateway, policy, rates, traces, stateDir, fpingPath, captureDir, log });
    const renewal = new CertificateRenewal({ identity, store, gateway, enrolUrl, log });
    const halt = (reason: string | null): void => session.haltProbing(reason);
    const admission = new Admission({ identity, store, gateway, renewal, enrolment: enrolOptions, halt, log });
    this.current = session;
    session.start();
    renewal.start();
    commands.start();
    const anew = await admission.runAdmission();
    await Promise.all([renewal.stop(), commands.stop()]);
    await session.stop();
    if (anew) throw new EnrolledAnew('The agent enrolled again: restart it to use its new identity.');
  }
}

/** Returns /dev/shm if it is writable, because captured output lives only seconds; otherwise a folder in the state folder. */
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
