import { generateKeyPairSync } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { KnownAgents } from '@icmp-mon/agents/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { problemOf } from '@icmp-mon/platform/http';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../results/rate-limit';
import { AgentAdmission } from './agent-admission';

describe('the admission of agents', () => {
  it('rejects an agent with a separate code when the certificate of its open connection has expired', async () => {
    const certificate = {
      subject: 'CN=01936d2e-7c1a-7b3e-9a51-0242ac120003',
      fingerprint256: 'AB',
      publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
      validTo: 'Nov 22 00:00:00 2020 GMT',
    };
    const socket = Object.assign(new Socket(), { getPeerX509Certificate: () => certificate });
    const knownAgents = new KnownAgents(new ControlDatabase({ url: 'postgres://127.0.0.1:1/x' }));
    const admission = new AgentAdmission(knownAgents, new RateLimit(10));
    const refusal: unknown = await admission.admit(new IncomingMessage(socket)).catch((error: unknown) => error);
    expect(problemOf(refusal)).toMatchObject({ status: 401, code: 'certificate_expired' });
  });
});
