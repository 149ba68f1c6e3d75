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
  gateway: Pick<GatewayClient, 'refusal' | 'refuse' | 'use' | 'onRefusal' | 'onAccepted'>;
  renewal: Pick<CertificateRenewal, 'use'>;
  enrolment: EnrolOptions;
  /** Ends probing while results of this agent do not count; null lets it go on. */
  halt: (reason: string | null) => void;
  log: AgentLog;
}

/** A change of the gateway's mind wakes at once; this only bounds the sleep. */
const LOOK_MS = 3_600_000;
/** How often an agent that was put out looks whether it is still. */
const PUT_OUT_LOOK_MS = 300_000;

/** Why results of the agent do not count, so that it stops probing. */
const PUT_OUT: Partial<Record<AgentRefusal, string>> = {
  certificate_replaced:
    'another machine has enrolled as this agent. If this machine is the right one, make a token that names the agent ' +
    '(portal: Agents, this agent, "Replace"), set ICMPMON_AGENT_ENROL_TOKEN to it and start the agent again; otherwise stop it',
  agent_evicted:
    'the agent was evicted. To let it join again make a token that names it, set ICMPMON_AGENT_ENROL_TOKEN to it and start ' +
    'the agent again',
  agent_banned: 'the agent was banned: stop it, or have it unbanned',
  agent_retired: 'the agent was retired: stop it; with an empty state folder and a token it joins as a new agent',
};

const WHY_RETURN: Partial<Record<AgentRefusal, string>> = {
  certificate_expired: 'the certificate is not valid by the gateway’s clock and the agent returns by its key',
  certificate_replaced: 'the gateway knows another certificate and the agent returns by its key',
};

/**
 * Keeps the agent admitted: by its key when its certificate is not valid any more, by its token when the gateway does not know
 * it. Meanwhile it probes and the results wait in the spool, unless an operator has put it out.
 */
export class Admission {
  private identity: Identity;
  private readonly changes = new WakeUp();
  private readonly backOff = new BackOff({ firstMs: 1_000, maxMs: 30_000 });
  /** What the gateway said last that was answered here: only something else is news. */
  private answered: AgentRefusal | undefined;
  /** Ends a try of the token that is not wanted any more. */
  private trying = new AbortController();
  private said: string | null = null;

  constructor(private readonly options: AdmissionOptions) {
    this.identity = options.identity;
    const { gateway, halt } = options;
    gateway.onRefusal = (refusal) => {
      if (refusal !== this.answered) this.news();
    };
    gateway.onAccepted = () => {
      this.backOff.succeeded();
      halt(null);
      this.news();
    };
  }

  /** Resolves with true when the agent has enrolled again and has to be started with that identity, with false once stopped. */
  async run(): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    const { signal } = enrolment;
    while (!signal.aborted) {
      const { refusal } = gateway;
      this.answered = refusal;
      if (refusal === undefined) {
        this.say(null);
        await this.changes.sleep(LOOK_MS, signal);
      } else if (await this.answer(refusal)) return true;
    }
    return false;
  }

  /** Does what a refusal asks for; true when the agent has enrolled again. */
  private async answer(refusal: AgentRefusal): Promise<boolean> {
    switch (refusal) {
      case 'agent_not_enrolled':
        return this.enrolAgain(
          'the agent has to enrol again: the gateway does not know it; it probes, and results wait in the spool',
        );
      case 'agent_evicted':
        return this.enrolAgain(this.putOut(refusal));
      case 'agent_banned':
      case 'agent_retired':
        this.putOut(refusal);
        await this.changes.sleep(PUT_OUT_LOOK_MS, this.options.enrolment.signal);
        // Its certificate may have expired since, and then the agents' listener says nothing any more.
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
      store.save(returned);
      renewal.use(returned);
      gateway.use(returned);
      log.info({ agentId, before }, 'returned by the key: the gateway gave a new certificate');
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof RejoinRefused) return this.refusedReturn(before, error);
      const message = error instanceof Error ? error.message : String(error);
      if (PUT_OUT[before] === undefined || before === 'certificate_replaced') {
        this.say(`${WHY_RETURN[before] ?? before}; it probes, and results wait in the spool: ${message}`);
      }
    }
    // A gateway that refuses what another has just given is asked less and less often.
    await this.backOff.wait(signal);
    return false;
  }

  private async refusedReturn(before: AgentRefusal, { refusal, message }: RejoinRefused): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    if (refusal === 'certificate_replaced') return this.enrolAgain(this.putOut(refusal));
    if (refusal !== undefined) {
      gateway.refuse(refusal);
      return false;
    }
    if (before === 'certificate_expired') {
      return this.enrolAgain(
        'the agent has to enrol again: its certificate has expired; it probes, and results wait in the spool',
      );
    }
    // At a gateway of an earlier release an enrolment would put out the agent that enrolled after this one.
    this.say(`another machine has enrolled as this agent, or the gateway lost its certificate: ${message}`);
    await pause(PUT_OUT_LOOK_MS, enrolment.signal);
    return false;
  }

  /** Tries its token for some minutes, until it works or the gateway has changed its mind. */
  private async enrolAgain(reason: string): Promise<boolean> {
    const { gateway, enrolment } = this.options;
    const { refusal } = gateway;
    this.say(reason);
    this.trying = new AbortController();
    const timeout = AbortSignal.timeout(PUT_OUT_LOOK_MS);
    const options: EnrolOptions = {
      ...enrolment,
      signal: AbortSignal.any([enrolment.signal, this.trying.signal, timeout]),
      onFailure: (failure) => enrolment.onFailure(failure === undefined ? undefined : `${reason}: ${failure}`),
    };
    return (await enrolAnew(options, () => gateway.refusal === refusal)) !== undefined;
  }

  private news(): void {
    this.changes.wake();
    this.trying.abort();
  }

  /** Its results do not count: it stops probing. Returns why. */
  private putOut(refusal: AgentRefusal): string {
    const reason = PUT_OUT[refusal] ?? refusal;
    this.options.halt(reason);
    this.say(reason);
    return reason;
  }

  /** In the log once, and for readiness; null when all is well again. */
  private say(failure: string | null): void {
    const { enrolment, halt, log } = this.options;
    if (failure === null) halt(null);
    enrolment.onFailure(failure ?? undefined);
    if (failure !== null && failure !== this.said) log.error({ agentId: this.identity.agentId }, failure);
    this.said = failure;
  }
}
