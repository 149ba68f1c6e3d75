import type { AgentRefusal } from '@icmp-mon/agents/contract';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import type { GatewayClient } from '../ship/gateway-client';
import type { CertificateRenewal } from './certificate-renewal';
import { enrolAnew, type EnrolOptions } from './enrol';
import type { Identity, IdentityStore } from './identity-store';
import { rejoin, RejoinRefused } from './rejoin';

export interface AdmissionOptions {
  identity: Identity;
  store: IdentityStore;
  gateway: Pick<GatewayClient, 'refusal' | 'recordRefusal' | 'useIdentity' | 'onRefusal' | 'onAccepted'>;
  renewal: Pick<CertificateRenewal, 'useIdentity'>;
  enrolment: EnrolOptions;
  /** Stops probing while results of this agent would not be accepted; null resumes it. */
  halt: (reason: string | null) => void;
  log: AgentLog;
}

/** Longest sleep, in ms. A change in the gateway's answers wakes the agent immediately. */
const LOOK_MS = 3_600_000;
/** How often an excluded agent checks whether it still is, in ms. */
const PUT_OUT_LOOK_MS = 300_000;

/** Why the results of an excluded agent are not accepted, with what to do. */
const PUT_OUT: Partial<Record<AgentRefusal, string>> = {
  certificate_replaced:
    'another machine enrolled as this agent. If this machine is the right one, create a token that names the agent ' +
    '(portal: Agents, this agent, "Replace"), set ICMPMON_AGENT_ENROL_TOKEN to it and restart the agent; otherwise stop it',
  agent_evicted:
    'the agent was evicted. To let it join again, create a token that names it, set ICMPMON_AGENT_ENROL_TOKEN to it and restart ' +
    'the agent',
  agent_banned: 'the agent was banned: stop it, or ask for it to be unbanned',
  agent_retired: 'the agent was retired: stop it; with an empty state folder and a token it joins as a new agent',
};

const WHY_RETURN: Partial<Record<AgentRefusal, string>> = {
  certificate_expired:
    'the certificate is not valid by the gateway’s clock, so the agent requests a new one with its key',
  certificate_replaced: 'the gateway knows another certificate, so the agent requests a new one with its key',
};

/**
 * Keeps the agent admitted: with its key when its certificate is no longer valid, with its token when the gateway does not know it.
 * Meanwhile it probes and the results wait in the spool, unless an operator has excluded it.
 */
export class Admission {
  private identity: Identity;
  private readonly changes = new WakeUp();
  private readonly backOff = new BackOff({ firstMs: 1_000, maxMs: 30_000 });
  /** The refusal that was handled last: only a different one is news. */
  private answered: AgentRefusal | undefined;
  /** Ends attempts with the token that are no longer needed. */
  private trying = new AbortController();
  private said: string | null = null;

  constructor(private readonly options: AdmissionOptions) {
    this.identity = options.identity;
    const { gateway, halt } = options;
    gateway.onRefusal = (refusal) => {
      if (refusal !== this.answered) this.retryNow();
    };
    gateway.onAccepted = () => {
      this.backOff.succeeded();
      halt(null);
      this.retryNow();
    };
  }

  /** Resolves with true when the agent enrolled again and has to be restarted with that identity; with false once stopped. */
  async runAdmission(): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    const { signal } = enrolment;
    while (!signal.aborted) {
      const { refusal } = gateway;
      this.answered = refusal;
      if (refusal === undefined) {
        this.setFailure(null);
        await this.changes.sleepUntilWoken(LOOK_MS, signal);
      } else if (await this.handleRefusal(refusal)) return true;
    }
    return false;
  }

  /** Handles a refusal. Returns true when the agent enrolled again. */
  private async handleRefusal(refusal: AgentRefusal): Promise<boolean> {
    switch (refusal) {
      case 'agent_not_enrolled':
        return this.enrolAgain(
          'the agent has to enrol again: the gateway does not know it; probing continues, results wait in the spool',
        );
      case 'agent_evicted':
        return this.enrolAgain(this.putOut(refusal));
      case 'agent_banned':
      case 'agent_retired':
        this.putOut(refusal);
        await this.changes.sleepUntilWoken(PUT_OUT_LOOK_MS, this.options.enrolment.signal);
        // Its certificate may have expired since; the listener for agents then answers nothing at all.
        return this.options.gateway.refusal === refusal && (await this.returnByKey(refusal));
      case 'certificate_expired':
      case 'certificate_replaced':
        return this.returnByKey(refusal);
      default:
        return refusal satisfies never;
    }
  }

  private async returnByKey(before: AgentRefusal): Promise<boolean> {
    const { store, gateway, renewal, enrolment, log } = this.options;
    const { enrolUrl, signal } = enrolment;
    const { agentId, caPem, keyPem, certificatePem } = this.identity;
    if (signal.aborted) return false;
    try {
      const returned = await rejoin({ enrolUrl, caPem, keyPem, certificatePem, who: { agentId }, signal });
      this.identity = returned;
      store.saveIdentity(returned);
      renewal.useIdentity(returned);
      gateway.useIdentity(returned);
      log.info({ agentId, before }, 'new certificate issued by the gateway, requested with the agent key');
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof RejoinRefused) return this.refusedReturn(before, error);
      const message = error instanceof Error ? error.message : String(error);
      if (PUT_OUT[before] === undefined || before === 'certificate_replaced') {
        this.setFailure(`${WHY_RETURN[before] ?? before}; probing continues, results wait in the spool: ${message}`);
      }
    }
    // Back-off, for a gateway that refuses a certificate that was just issued.
    await this.backOff.waitAfterFailure(signal);
    return false;
  }

  private async refusedReturn(before: AgentRefusal, { refusal, message }: RejoinRefused): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    if (refusal === 'certificate_replaced') return this.enrolAgain(this.putOut(refusal));
    if (refusal !== undefined) {
      gateway.recordRefusal(refusal);
      return false;
    }
    if (before === 'certificate_expired') {
      return this.enrolAgain(
        'the agent has to enrol again: its certificate has expired; probing continues, results wait in the spool',
      );
    }
    // With a gateway of an earlier release, an enrolment would replace the agent that enrolled after this one.
    this.setFailure(`another machine enrolled as this agent, or the gateway lost its certificate: ${message}`);
    await pause(PUT_OUT_LOOK_MS, enrolment.signal);
    return false;
  }

  /** Tries the token for some minutes, until it works or the gateway's answer changes. */
  private async enrolAgain(reason: string): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    const { refusal } = gateway;
    this.setFailure(reason);
    this.trying = new AbortController();
    const timeout = AbortSignal.timeout(PUT_OUT_LOOK_MS);
    const options: EnrolOptions = {
      ...enrolment,
      signal: AbortSignal.any([enrolment.signal, this.trying.signal, timeout]),
      onFailure: (failure) => enrolment.onFailure(failure === undefined ? undefined : `${reason}: ${failure}`),
    };
    return (await enrolAnew(options, () => gateway.refusal === refusal)) !== undefined;
  }

  private retryNow(): void {
    this.changes.wakeSleeper();
    this.trying.abort();
  }

  /** Stops probing, because results are not accepted. Returns the reason. */
  private putOut(refusal: AgentRefusal): string {
    const reason = PUT_OUT[refusal] ?? refusal;
    this.options.halt(reason);
    this.setFailure(reason);
    return reason;
  }

  /** Logs a failure once and sets it for readiness; null clears it. */
  private setFailure(failure: string | null): void {
    const { enrolment, halt, log } = this.options;
    if (failure === null) halt(null);
    enrolment.onFailure(failure ?? undefined);
    if (failure !== null && failure !== this.said) log.error({ agentId: this.identity.agentId }, failure);
    this.said = failure;
  }
}
