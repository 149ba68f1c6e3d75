import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { AgentRefused, keySha256, KnownAgents, type PresentedCertificate } from '@icmp-mon/agents/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { RateLimit } from '../results/rate-limit';
import { retryAfter } from './retry-after';

/** Who a connection belongs to, by its client certificate. */
export interface AgentIdentity {
  agentId: string;
  certificate: PresentedCertificate;
}

// TLS has checked the chain once for the connection; reading the certificate again for each request costs more than the rest.
const identities = new WeakMap<TLSSocket, AgentIdentity>();

const COMMON_NAME = /^CN=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;

/** Who may make requests, and how many a second. */
export class AgentAdmission {
  /** `requestRate`: requests that each agent may make per second, whatever it asks. */
  constructor(
    private readonly knownAgents: KnownAgents,
    private readonly requestRate: RateLimit,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /**
   * The agent that makes a request: enrolled, and its certificate has not expired since the connection began.
   * @throws DomainError `unauthenticated`, AgentRefused or RetryLater
   */
  async admit(request: IncomingMessage): Promise<AgentIdentity> {
    const identity = identityOf(request);
    const waitS = this.requestRate.take(identity.agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent makes too many requests.', waitS);
    if (this.nowMs() > identity.certificate.notAfterMs) throw new AgentRefused('certificate_expired');
    await this.knownAgents.require(identity.agentId, identity.certificate);
    return identity;
  }
}

/** Throws DomainError `unauthenticated` when the certificate names no agent. */
export function identityOf(request: IncomingMessage): AgentIdentity {
  const identity = identityOfSocket(request.socket as TLSSocket);
  if (identity !== null) return identity;
  throw new DomainError('unauthenticated', 'The client certificate names no agent. Use the one that enrolment gave.');
}

/** The agent that a connection's certificate names; null if it names none. */
export function agentIdOf(socket: TLSSocket): string | null {
  return identityOfSocket(socket)?.agentId ?? null;
}

function identityOfSocket(socket: TLSSocket): AgentIdentity | null {
  const known = identities.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  const agentId = COMMON_NAME.exec(certificate?.subject ?? '')?.[1];
  if (certificate === undefined || agentId === undefined) return null;
  const identity = {
    agentId,
    certificate: {
      sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      keySha256: keySha256(certificate.publicKey),
      notAfterMs: Date.parse(certificate.validTo),
    },
  };
  identities.set(socket, identity);
  return identity;
}
