import 'reflect-metadata';
import { KnownAgents } from '@icmp-mon/agents/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { problemOf } from '@icmp-mon/platform/http';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import { describe, expect, it } from 'vitest';
import { AgentCertificateGuard } from './agent-certificate.guard';

describe('the guard of the agents', () => {
  it('tells an agent by its own code that the certificate of its open connection has expired', async () => {
    const certificate = {
      subject: 'CN=01936d2e-7c1a-7b3e-9a51-0242ac120003',
      fingerprint256: 'AB',
      validTo: 'Nov 22 00:00:00 2020 GMT',
    };
    const request = { socket: { getPeerX509Certificate: () => certificate } };
    const guard = new AgentCertificateGuard(new KnownAgents(new ControlDatabase({ url: 'postgres://127.0.0.1:1/x' })));
    const refusal: unknown = await guard
      .canActivate(new ExecutionContextHost([request]))
      .catch((error: unknown) => error);
    expect(problemOf(refusal)).toMatchObject({ status: 401, code: 'certificate_expired' });
  });
});
