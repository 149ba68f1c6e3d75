import { createHash, randomUUID, verify } from 'node:crypto';
import { type AgentRefusal, type RejoinRequest, rejoinText } from '@icmp-mon/agents/contract';
import { publicKeyOf, type TestAuthority } from './test-authority.test-server';

/** Settings and counters of enrolments, on the gateway that a test controls. */
export interface EnrolmentControls {
  token: string;
  fieldErrors: { pointer: string; detail: string }[];
  returning: 'works' | 'absent' | AgentRefusal;
  certificateLifeMs: number;
  shardCount: number;
  gatewayUrl: string;
  enrolments: number;
  returns: number;
}

/** Status and body. */
export type Reply = [status: number, body: object];

/** The routes of a gateway's enrolment listener, and the agents that it knows. */
export class FakeEnrolment {
  private readonly known = new Set<string>();
  private forgotten: string[] = [];

  constructor(
    private readonly authority: TestAuthority,
    private readonly controls: EnrolmentControls,
  ) {}

  isKnown(subject: string): boolean {
    return this.known.has(subject);
  }

  /** Forgets all agents. */
  forgetAgents(): void {
    this.forgotten = [...this.known];
    this.known.clear();
  }

  /** Restores the agents that were forgotten. */
  rememberAgents(): void {
    for (const subject of this.forgotten) this.known.add(subject);
  }

  async answerEnrolment(body: Buffer): Promise<Reply> {
    const { controls } = this;
    if (controls.fieldErrors.length > 0) {
      return [400, { detail: 'See errors.', errors: controls.fieldErrors }];
    }
    if ((JSON.parse(body.toString()) as { token: string }).token !== controls.token) {
      return [401, { detail: 'The token is spent.' }];
    }
    controls.enrolments++;
    return [201, await this.admitAgent(randomUUID(), body)];
  }

  async answerRejoin(path: string, body: Buffer): Promise<Reply> {
    const { controls } = this;
    if (controls.returning === 'absent') return [404, { detail: 'not found' }];
    if (path === '/v1/rejoin/challenge') return [200, { nonce: 'nonce' }];
    const { agentId, csrPem, signature } = JSON.parse(body.toString()) as RejoinRequest;
    const publicKey = publicKeyOf(csrPem);
    const text = rejoinText('nonce', createHash('sha256').update(csrPem).digest('hex'));
    if (!verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))) {
      return [401, { detail: 'The signature is wrong.' }];
    }
    if (controls.returning !== 'works') {
      return [403, { code: controls.returning, detail: 'refused by the test' }];
    }
    controls.returns++;
    return [200, await this.admitAgent(agentId ?? randomUUID(), body)];
  }

  /** Returns a certificate for the key of the request in the body. */
  certifyAgent(body: Buffer, subject: string): Promise<string> {
    const { csrPem } = JSON.parse(body.toString()) as { csrPem: string };
    return this.authority.certify(csrPem, subject, this.controls.certificateLifeMs);
  }

  private async admitAgent(agentId: string, body: Buffer): Promise<object> {
    const certificatePem = await this.certifyAgent(body, `CN=${agentId}`);
    this.known.add(`CN=${agentId}`);
    const { gatewayUrl, shardCount } = this.controls;
    return { agentId, certificatePem, caPem: this.authority.caPem, gatewayUrl, shardCount };
  }
}
