import type { TLSSocket } from 'node:tls';
import { AgentRefused, KnownAgents } from '@icmp-mon/agents/server';
import { DomainError } from '@icmp-mon/platform/errors';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

/** Who a connection belongs to, by its client certificate. */
export interface AgentIdentity {
  agentId: string;
  certificateSha256: string;
  notAfterMs: number;
}

// TLS has checked the chain once for the connection; reading the certificate again for each request costs more than the rest.
const identities = new WeakMap<TLSSocket, AgentIdentity>();

const COMMON_NAME = /^CN=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;

/** Lets a request through whose certificate stands for an enrolled agent and has not expired meanwhile. */
@Injectable()
export class AgentCertificateGuard implements CanActivate {
  constructor(private readonly knownAgents: KnownAgents) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const identity = identityOf(context.switchToHttp().getRequest<Request>());
    if (Date.now() > identity.notAfterMs) throw new AgentRefused('certificate_expired');
    await this.knownAgents.require(identity.agentId, identity.certificateSha256);
    return true;
  }
}

/** Parameter of a route: the agent that makes the request. */
export const Agent = createParamDecorator((_: unknown, context: ExecutionContext) =>
  identityOf(context.switchToHttp().getRequest<Request>()),
);

/** Throws DomainError `unauthenticated` when the certificate names no agent. */
export function identityOf(request: Request): AgentIdentity {
  const socket = request.socket as TLSSocket;
  const known = identities.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  const agentId = COMMON_NAME.exec(certificate?.subject ?? '')?.[1];
  if (certificate === undefined || agentId === undefined) {
    throw new DomainError('unauthenticated', 'The client certificate names no agent. Use the one that enrolment gave.');
  }
  const identity = {
    agentId,
    certificateSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notAfterMs: Date.parse(certificate.validTo),
  };
  identities.set(socket, identity);
  return identity;
}
