import type { EnrolResponse } from '@icmp-mon/agents/contract';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { makeCertificateRequest, makeKeyPem } from '../enrol/certificate-request';
import { enrolment } from './gateway-requests';
import { simulatedTelemetry } from './simulated-telemetry';
import { type Answer, jsonOf, retryAfterMs, TestClient, type TlsIdentity } from './test-client';

/** Longer than a request for assignments is kept open. */
const TIMEOUT_MS = 40_000;
const TOO_MANY_REQUESTS = 429;
const RETRY_MS_MIN = 100;

export interface TestAgentOptions {
  enrolUrl: string;
  token: string;
  caPem: string;
  name: string;
  region?: string;
  provider?: string;
  /** URL of the gateway; unset, the one that the gateway announces. */
  gatewayUrl?: string;
}

/** An agent from the gateway's point of view, with results made by a test: its own key and certificate, and the requests of a real one. */
export class TestAgent {
  readonly agentId: string;
  readonly shardCount: number;
  readonly client: TestClient;

  private constructor(
    answer: EnrolResponse,
    readonly tls: Required<TlsIdentity>,
    gatewayUrl = answer.gatewayUrl,
  ) {
    this.agentId = answer.agentId;
    this.shardCount = answer.shardCount;
    this.client = new TestClient(gatewayUrl, tls, TIMEOUT_MS);
  }

  /** Enrols like every agent, and retries when the gateway asks for it. @throws Error with the gateway's answer when it refuses */
  static async enrolAgent(options: TestAgentOptions): Promise<TestAgent> {
    const { enrolUrl, token, caPem, name, region, provider } = options;
    const key = makeKeyPem();
    const body = enrolment(name, token, makeCertificateRequest(key, name));
    const client = new TestClient(enrolUrl, { ca: caPem }, TIMEOUT_MS);
    try {
      for (;;) {
        const answered = await client.json('/v1/enrol', {
          ...body,
          ...(region && { region }),
          ...(provider && { provider }),
        });
        if (answered.status < 300) {
          const answer = jsonOf<EnrolResponse>(answered);
          return new TestAgent(answer, { ca: answer.caPem, cert: answer.certificatePem, key }, options.gatewayUrl);
        }
        if (answered.status !== TOO_MANY_REQUESTS) throw new Error(`Enrolling ${name} was ${describe(answered)}`);
        await pause(Math.max(RETRY_MS_MIN, retryAfterMs(answered)));
      }
    } finally {
      client.close();
    }
  }

  /** Returns the assignments after a version; null if there is nothing new. Long-polls like an agent. @throws Error when refused */
  async fetchAssignments(since: number): Promise<AssignmentsResponse | null> {
    const answered = await this.client.sendRequest(`/v1/assignments?since=${since}`);
    if (answered.status === 304) return null;
    if (answered.status !== 200) throw new Error(`Assignments were ${describe(answered)}`);
    return jsonOf<AssignmentsResponse>(answered);
  }

  /** Reports that the agent is alive: silent agents get no targets while another agent reports. */
  async sendReport(targets: number): Promise<void> {
    await this.client.json('/v1/telemetry', simulatedTelemetry(targets));
  }

  async reportPolicy(policy: object): Promise<void> {
    await this.client.json('/v1/policy', policy, 'PUT');
  }

  close(): void {
    this.client.close();
  }
}

const describe = ({ status, body }: Answer): string => `answered with ${status}:  ${body.toString()}`;
