import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { AgentDescription, AgentPolicyReport, AgentRefusal, AgentTelemetry } from '@icmp-mon/agents/contract';
import type { AssignedTier, AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { DETAIL_KIND_MAX } from '@icmp-mon/probing/contract';
import { type DecodedBlock, readUpload } from '@icmp-mon/probing/wire';
import { FakeAssignments } from './fake-assignments.test-server';
import { type EnrolmentControls, FakeEnrolment } from './fake-enrolment.test-server';
import { type StoredBlock, StoredBlocks, storeUpload } from './stored-blocks.test-server';
import { TestAuthority } from './test-authority.test-server';

/** How the gateway handles uploads. `forgetful` stores them and closes the connection without an answer. */
export type ResultsMode = 'takes' | 'unavailable' | 'resets' | 'forgetful' | 'refuses-first';

/** A gateway for tests that need faults which the real one does not have: real TLS, real blocks, no Kafka. */
export class FakeGateway implements EnrolmentControls {
  mode: ResultsMode = 'takes';
  token = 'right';
  certificateLifeMs = 3_600_000;
  shardCount = 4;
  /** Like the real gateway, closes an upload that takes longer than this, in ms. */
  uploadMsMax = 25_000;
  /** Its clock minus the test's, in ms. */
  aheadMs = 0;
  /** Code with which it refuses agents that it does not know. */
  refusal: AgentRefusal = 'agent_not_enrolled';
  enrolments = 0;
  /** Field errors with which it refuses enrolments. */
  fieldErrors: { pointer: string; detail: string }[] = [];
  /** Answer to agents that request a certificate with their key: `absent` like a gateway of an earlier release, a refusal, or `works`. */
  returning: 'works' | 'absent' | AgentRefusal = 'absent';
  returns = 0;
  descriptions: AgentDescription[] = [];
  renewals = 0;
  uploads = 0;
  protected readonly stored = new StoredBlocks();
  telemetry: AgentTelemetry | undefined;
  anchors?: string[];
  policy: AgentPolicyReport | undefined;
  private readonly assigned = new FakeAssignments();
  private authority!: TestAuthority;
  private enrolment!: FakeEnrolment;
  /** Description in force, regardless of what an agent sends. */
  described: Partial<AgentDescription> = {};
  private listeners: Server[] = [];
  static async open(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    await gateway.listenOn();
    return gateway;
  }

  async listenOn(): Promise<void> {
    this.authority = await TestAuthority.create();
    this.enrolment = new FakeEnrolment(this.authority, this);
    const { key, cert } = await this.authority.serverIdentity(this.certificateLifeMs);
    const enrolment = createServer({ key, cert }, (request, response) => this.handle(request, response, true));
    const verifying = { key, cert, ca: this.caPem, requestCert: true, rejectUnauthorized: true };
    const agents = createServer(verifying, (request, response) => this.handle(request, response, false));
    this.listeners = [enrolment, agents];
    for (const server of this.listeners) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  }

  get enrolUrl(): string {
    return this.urlOf(0);
  }

  get gatewayUrl(): string {
    return this.urlOf(1);
  }

  get caPem(): string {
    return this.authority.caPem;
  }

  get caSha256(): string {
    return this.authority.caSha256;
  }

  get assignments(): AssignmentsResponse {
    return this.assigned.current;
  }

  get blocks(): ReadonlyMap<string, StoredBlock> {
    return this.stored.blocks;
  }

  get repeats(): number {
    return this.stored.repeats;
  }

  get overtaken(): number {
    return this.stored.overtaken;
  }

  get results(): StoredBlock['results'] {
    return [...this.blocks.values()].flatMap(({ results }) => results);
  }

  assignTargets(ips: readonly string[], intervalMs = 1_000, timeoutMs = 500, checks?: AssignedTier['checks']): void {
    this.assigned.assignTargets(ips, intervalMs, timeoutMs, checks);
  }

  /** Forgets all of its agents. */
  forgetAgents(): void {
    this.enrolment.forgetAgents();
    this.assigned.wakeAll();
  }

  /** Restores the agents that it forgot. */
  restoreAgents(): void {
    this.enrolment.rememberAgents();
  }

  async close(): Promise<void> {
    this.assigned.wakeAll();
    for (const server of this.listeners) {
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    }
  }

  private urlOf(listener: number): string {
    return `https://127.0.0.1:${(this.listeners[listener]?.address() as AddressInfo).port}`;
  }

  protected handle(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): void {
    response.setHeader('x-icmpmon-time', String(Date.now() + this.aheadMs));
    this.route(request, response, isEnrolment).catch(() => response.destroy());
  }

  private async route(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://gateway');
    const isUpload = pathname === '/v1/results';
    if (isUpload && this.mode === 'resets') {
      // Closes in the middle of the body.
      request.once('data', () => request.socket.destroy());
      return;
    }
    const timer = setTimeout(() => request.destroy(), this.uploadMsMax);
    const body = await buffer(request).finally(() => clearTimeout(timer));
    if (isEnrolment && pathname === '/v1/ca') return void response.end(this.caPem);
    if (isEnrolment && pathname === '/v1/enrol') return send(response, ...(await this.enrolment.answerEnrolment(body)));
    const isRejoin = isEnrolment && pathname.startsWith('/v1/rejoin');
    if (isRejoin) return send(response, ...(await this.enrolment.answerRejoin(pathname, body)));
    const subject = (request.socket as TLSSocket).getPeerX509Certificate()?.subject ?? '';
    if (!this.enrolment.isKnown(subject))
      return send(response, 403, { code: this.refusal, detail: 'refused by the test' });
    if (isUpload) return this.answerUpload(body, request, response);
    if (pathname === '/v1/assignments') return this.answerAssignments(Number(searchParams.get('since')), response);
    if (pathname === '/v1/telemetry') {
      this.telemetry = JSON.parse(body.toString()) as AgentTelemetry;
      return send(response, 200, this.anchors ? { anchors: this.anchors, detailKindMax: DETAIL_KIND_MAX } : {});
    }
    if (pathname === '/v1/policy') {
      this.policy = JSON.parse(body.toString()) as AgentPolicyReport;
      return void response.writeHead(204).end();
    }
    if (pathname === '/v1/description') {
      this.descriptions.push(JSON.parse(body.toString()) as AgentDescription);
      return send(response, 200, { ...this.descriptions.at(-1), ...this.described });
    }
    if (pathname === '/v1/certificate') {
      this.renewals++;
      return send(response, 200, { certificatePem: await this.enrolment.certifyAgent(body, subject) });
    }
    send(response, 404, { detail: 'not found' });
  }

  private async answerAssignments(since: number, response: ServerResponse): Promise<void> {
    const newer = await this.assigned.newerThan(since);
    if (newer === null) response.writeHead(304).end();
    else send(response, 200, newer);
  }

  private answerUpload(body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    this.uploads++;
    if (this.mode === 'unavailable') {
      response.setHeader('retry-after', '0');
      return send(response, 503, { detail: 'Kafka is away' });
    }
    const parsed = readUpload(body);
    if (!parsed.ok) return send(response, 400, { detail: parsed.detail });
    const answer = storeUpload(parsed.blocks, this.mode === 'refuses-first', (block) => this.storeBlock(block));
    if (this.mode === 'forgetful') request.socket.destroy();
    else send(response, 200, answer);
  }

  protected storeBlock(block: DecodedBlock): void {
    this.stored.storeBlock(block);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
