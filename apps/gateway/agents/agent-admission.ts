import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { AgentRefused, keySha256, KnownAgents, type PresentedCertificate } from '@icmp-mon/agents/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { RateLimit } from '../results/rate-limit';
import { retryAfter } from './retry-after';

/** Agent of a connection, by its client certificate. */
export interface AgentIdentity {
  agentId: string;
  certificate: PresentedCertificate;
}

// TLS verifies the chain once per connection; parsing the certificate for every request would cost more than the rest of the request.
const identities = new WeakMap<TLSSocket, AgentIdentity>();

const COMMON_NAME = /^CN=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;

/** Admission of agents' requests: by certificate, and by rate per second. */
export class AgentAdmission {
  /** `requestRate`: requests of any kind that each agent may make per second. */
  constructor(
    private readonly knownAgents: KnownAgents,
    private readonly requestRate: RateLimit,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /**
   * Returns the agent that makes the request: enrolled, and with a certificate that has not expired since the connection was opened.
   * @throws DomainError `unauthenticated`, AgentRefused or RetryLater
   */
  async admit(request: IncomingMessage): Promise<AgentIdentity> {
    const identity = identityOf(request);
    const waitS = this.requestRate.takeAmount(identity.agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent sends too many requests.', waitS);
    if (this.nowMs() > identity.certificate.notAfterMs) throw new AgentRefused('certificate_expired');
    await this.knownAgents.requireKnown(identity.agentId, identity.certificate);
    return identity;
  }

  /**
   * Checks an agent again whose request waited: it may have been banned, evicted or retired since.
   * @throws AgentRefused
   */
  async requireStillAdmitted({ agentId, certificate }: AgentIdentity): Promise<void> {
    await this.knownAgents.requireKnownNow(agentId, certificate);
  }
}

/** Returns the agent of a request. @throws DomainError `unauthenticated` when the certificate names no agent */
export function identityOf(request: IncomingMessage): AgentIdentity {
  const identity = identityOfSocket(request.socket as TLSSocket);
  if (identity !== null) return identity;
  throw new DomainError(
    'unauthenticated',
    'The client certificate names no agent. Use the certificate from the enrolment.',
  );
}

/** Returns the agent that the connection's certificate names; null when it names none. */
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
