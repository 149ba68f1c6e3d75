import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'node:https';
import type { EnrolAnswer } from '@icmp-mon/agents/contract';
import { makeCertificateRequest, makeKeyPem } from '@icmp-mon/probing/agent/testing';

const TIMEOUT_MS = 40_000;

export interface Answer {
  status: number;
  retryAfterS: number;
  body: string;
}

export interface EnrolOptions {
  enrolUrl: string;
  token: string;
  caPem: string;
  name: string;
  region: string;
  provider: string;
}

/** One simulated agent's way to the gateway: its own certificate, kept connections, one a lane. */
export class AgentConnection {
  private url: URL;
  private readonly tls: Agent;

  private constructor(
    readonly agentId: string,
    readonly shardCount: number,
    gatewayUrl: string,
    identity: { ca: string; cert: string; key: string },
  ) {
    this.url = new URL(gatewayUrl);
    this.tls = new Agent({ ...identity, keepAlive: true, maxSockets: 3, minVersion: 'TLSv1.2' });
  }

  /** By the route that every agent takes. @throws Error with the gateway's answer when it refuses */
  static async enrol(options: EnrolOptions): Promise<AgentConnection> {
    const { enrolUrl, token, caPem, name, region, provider } = options;
    const key = makeKeyPem();
    const csrPem = makeCertificateRequest(key, name);
    const body = JSON.stringify({ token, csrPem, name, region, provider, tags: {}, agentVersion: '0.0.0' });
    const tls = new Agent({ ca: caPem, keepAlive: false });
    for (;;) {
      const answer = await send(tls, new URL('/v1/enrol', enrolUrl), 'POST', 'application/json', Buffer.from(body));
      if (answer.status === 429) await pause(answer.retryAfterS * 1_000);
      else if (answer.status > 299) throw new Error(`Enrolling ${name} was answered ${answer.status}: ${answer.body}`);
      else {
        const { agentId, certificatePem, caPem: ca, gatewayUrl, shardCount } = JSON.parse(answer.body) as EnrolAnswer;
        return new AgentConnection(agentId, shardCount, gatewayUrl, { ca, cert: certificatePem, key });
      }
    }
  }

  redirect(gatewayUrl: string): void {
    this.url = new URL(gatewayUrl);
  }

  get(path: string): Promise<Answer> {
    return send(this.tls, new URL(path, this.url), 'GET');
  }

  /**
   * One upload. Without the header that tells the agent's clock: all run on this machine's, and times that the gateway
   * corrects by what it takes for an offset could not be compared to the millisecond.
   */
  upload(lane: 'live' | 'backfill', body: Uint8Array): Promise<Answer> {
    const url = new URL(`/v1/results?lane=${lane}`, this.url);
    return send(this.tls, url, 'POST', 'application/vnd.icmpmon.blocks', body);
  }

  /** A report of the agent in JSON: its telemetry, its policy. */
  report(method: 'POST' | 'PUT', path: string, body: object): Promise<Answer> {
    return send(this.tls, new URL(path, this.url), method, 'application/json', Buffer.from(JSON.stringify(body)));
  }

  close(): void {
    this.tls.destroy();
  }
}

function send(
  agent: Agent,
  url: URL,
  method: 'GET' | 'POST' | 'PUT',
  type?: string,
  body?: Uint8Array,
): Promise<Answer> {
  const headers = body ? { 'content-type': type, 'content-length': String(body.length) } : {};
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfterS: Number(response.headers['retry-after'] ?? 1),
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
